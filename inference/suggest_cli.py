"""``zhaoshang annotate suggest``: parsing of arguments and printing, nothing else.

It is listed under ``annotate``, but lives here: suggesting runs the model, of which the room of annotations knows
nothing.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from annotations import formats, store
from annotations.errors import DataError

app = typer.Typer(add_completion=False)


def parse_need(words: list[str]) -> dict[str, float]:
    """``LABEL=weight`` words.

    Raises:
        DataError: for a word of another shape or a weight below 0.
    """
    need: dict[str, float] = {}
    for word in words:
        label, equals, weight = word.partition("=")
        try:
            need[label] = float(weight)
        except ValueError:
            equals = ""
        if not equals or not need[label] >= 0:
            raise DataError(f"{word!r} is not LABEL=weight, such as MEASURE=2", "--need")
    return need


@app.command("suggest")
def suggest_command(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH…", help="Files or folders of raw reports.")
    ],
    out: Annotated[
        Path, typer.Option(help="Label Studio tasks (.json), or annotated reports (.jsonl).")
    ],
    n: Annotated[int, typer.Option(min=1, help="How many sentences.")] = 200,
    model: Annotated[
        Path | None, typer.Option(help="Model folder; the shipped model by default.")
    ] = None,
    known: Annotated[
        list[Path], typer.Option(help="Annotated reports, whose sentences are left out.")
    ] = [],  # noqa: B006
    need: Annotated[
        list[str],
        typer.Option(help="Weight of a label, LABEL=weight; by default what its F1 lacks."),
    ] = [],  # noqa: B006
) -> None:
    """Pick the sentences worth annotating most: doubtful ones, each unlike the others, pre-annotated."""
    from inference.batch import find, read
    from inference.suggest import DoubtingExtractor, needs, suggest
    from inference.writers.failures import whole_file

    extractor = DoubtingExtractor.load(model)
    scheme = extractor.settings.label_scheme
    weights = parse_need(need) if need else needs(model)
    if unknown := sorted(set(weights) - set(scheme.labels)):
        raise DataError(f"the model has no label {', '.join(unknown)}", "--need")
    annotated = store.load(*known) if known else []
    found = suggest(extractor, read(find(paths)), n, known=annotated, need=weights)
    if not found:
        raise DataError(
            "no sentence to suggest; all are known or too short", ", ".join(map(str, paths))
        )
    documents = [suggestion.document for suggestion in found]
    format = "jsonl" if out.suffix == ".jsonl" else "label-studio"
    with whole_file(out) as partial:
        formats.write(partial, documents, format, scheme)
    shown = json.dumps({key: round(value, 2) for key, value in weights.items()})
    print(f"{out}: {len(documents)} sentences; weights {shown}", file=sys.stderr)
