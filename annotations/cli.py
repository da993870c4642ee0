"""The commands on annotations: parsing of arguments and printing, nothing else."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from annotations import agreement as agreements
from annotations import (
    checks,
    contradictions,
    formats,
    induction,
    leakage,
    reanchor,
    splits,
    stats,
    store,
)
from annotations import scheme as schemes
from annotations.errors import DataError

app = typer.Typer(add_completion=False)
annotate = typer.Typer(no_args_is_help=True, help="Check, count, compare and convert annotations.")
app.add_typer(annotate, name="annotate")

Paths = Annotated[list[Path], typer.Argument(metavar="PATH…", help=".jsonl files or folders.")]
SchemePath = Annotated[Path, typer.Option("--scheme", help="Label scheme file.")]
Out = Annotated[Path, typer.Option(help="The file or folder to write.")]
_FORMATS = ", ".join(f"{name} ({entry.summary})" for name, entry in formats.FORMATS.items())


@annotate.command("import")
def import_(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Files or folders.")],
    format: Annotated[str, typer.Option(help=f"{_FORMATS}.")],
    out: Out,
    scheme: SchemePath = schemes.DEFAULT_PATH,
    scheme_out: Annotated[
        Path | None, typer.Option(help="Write a scheme of the labels found; admits unknown ones.")
    ] = None,
    texts: Annotated[
        Path | None,
        typer.Option(
            help="Raw texts by report id (a folder of ID.txt, or a .jsonl): annotations of texts that the tool"
            " stripped of blanks are moved onto these."
        ),
    ] = None,
    predictions: Annotated[
        bool,
        typer.Option(
            "--predictions",
            help="Also read label-studio tasks that nobody has annotated, as the model predicted them.",
        ),
    ] = False,
) -> None:
    """Turn another tool's annotations into annotated reports (.jsonl)."""
    known = schemes.load(scheme)
    if predictions and format in formats.FORMATS and not formats.FORMATS[format].predictions:
        raise DataError(f"{format} does not tell a model's reports from others", "--predictions")
    left_out: list[str] = []
    by_path = {
        path: formats.read(path, format, known, predictions=predictions, left_out=left_out)
        for path in paths
    }
    if texts is not None:
        raw = reanchor.load_texts(texts)
        by_path = {
            path: [reanchor.reanchor(document, raw, str(path)) for document in found]
            for path, found in by_path.items()
        }
    documents = [document for found in by_path.values() for document in found]
    if left_out and not documents:
        raise DataError(
            f"nobody has annotated any of the {len(left_out)} tasks; --predictions reads what the model"
            " found in them",
            ", ".join(map(str, paths)),
        )
    if scheme_out is not None:
        known = induction.induce(documents, known)
    unknown = {span.label for d in documents for span in d.spans} - known.labels.keys()
    if unknown:
        raise DataError(
            f"the scheme has no label {', '.join(sorted(unknown))};"
            " --scheme-out FILE makes a scheme of the labels found"
        )
    for path, found in by_path.items():
        for document in found:
            document.check(known, str(path))
    store.save(out, documents)
    if scheme_out is not None:
        scheme_out.write_text(schemes.dumps(known), encoding="utf-8")
    if left_out:
        print(
            f"left out {len(left_out)} tasks that nobody has annotated, the first {left_out[0]};"
            " --predictions reads them too",
            file=sys.stderr,
        )
    print(f"{out}: {checks.counts(documents)}")


@annotate.command()
def export(
    format: Annotated[
        str, typer.Option(help=f"{_FORMATS}; or {', '.join(formats.CONFIGURATIONS)}.")
    ],
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[PATH…]", help=".jsonl files or folders.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="What to write; a configuration can be printed.")
    ] = None,
    scheme: SchemePath = schemes.DEFAULT_PATH,
) -> None:
    """Write annotated reports, or a tool's configuration for the scheme, for another tool."""
    known = schemes.load(scheme)
    if format in formats.CONFIGURATIONS:
        text = formats.CONFIGURATIONS[format](known)
        if out is None:
            print(text, end="")
        else:
            out.write_text(text, encoding="utf-8", newline="\n")
        return
    if not paths or out is None:
        raise DataError(f"--format {format} needs a PATH with reports and --out")
    documents = store.load(*paths, scheme=known)
    formats.write(out, documents, format, known)
    print(f"{out}: {checks.counts(documents)}")


@annotate.command()
def check(
    paths: Paths,
    scheme: SchemePath = schemes.DEFAULT_PATH,
    frozen: Annotated[
        Path, typer.Option("--splits", help="Frozen lists; parts must not share text.")
    ] = splits.DEFAULT_PATH,
    with_model: Annotated[
        Path | None,
        typer.Option(
            help="What models that have not seen these reports find in them (.jsonl); python -m"
            " training.cross_predict makes it by cross-validation."
        ),
    ] = None,
    limit: Annotated[int, typer.Option(min=0, help="How many warnings to print; 0 all.")] = 50,
) -> int:
    """Print errors and suspicious places, the most suspicious first.

    Exit code 1 when there are errors.
    """
    known = schemes.load(scheme)
    documents = store.load(*paths)
    errors = [
        f"{where}: {document.id}: {error}"
        for path in store.find(paths)
        for where, document in store.located(path)
        for error in checks.errors(document, known)
    ]
    if not frozen.exists() and frozen != splits.DEFAULT_PATH:
        raise DataError("no such file", str(frozen))
    errors += map(str, leakage.between(splits.listed(documents, frozen)))
    for error in errors:
        print(f"error: {error}")
    warnings = checks.suspicions(documents)
    if with_model is not None:
        found = contradictions.contradictions(documents, store.load(with_model), known)
        warnings = sorted([*warnings, *found], key=lambda w: -w.score)
    for warning in warnings[: limit or None]:
        print(f"warning ({warning.score:.2f}): {warning}")
    if limit and len(warnings) > limit:
        print(f"… and {len(warnings) - limit} less suspicious places; --limit 0 prints all")
    print(f"{checks.counts(documents)}: {len(errors)} errors, {len(warnings)} warnings")
    return 1 if errors else 0


@annotate.command("stats")
def stats_(
    paths: Paths,
    by: Annotated[
        list[str],
        typer.Option(
            help="A key of meta, e.g. genre, or length, density, industry; can be repeated."
        ),
    ] = [],  # noqa: B006
    scheme: SchemePath = schemes.DEFAULT_PATH,
) -> None:
    """Print counts as Markdown tables: in all, or per value of an axis."""
    known = schemes.load(scheme)
    documents = store.load(*paths)
    tables = [stats.by_axis(documents, axis, known) for axis in by]
    print("\n\n".join(tables or [stats.summary(documents, known)]))


@annotate.command()
def agreement(
    reference: Annotated[Path, typer.Argument(help=".jsonl file or folder of one annotator.")],
    proposed: Annotated[Path, typer.Argument(help="The same reports by the other.")],
    scheme: SchemePath = schemes.DEFAULT_PATH,
    as_json: Annotated[bool, typer.Option("--json", help="Print all figures as JSON.")] = False,
) -> None:
    """Compare two annotations of the same reports."""
    known = schemes.load(scheme)
    result = agreements.compare_all(
        store.load(reference, scheme=known), store.load(proposed, scheme=known), known
    )
    if as_json:
        print(json.dumps(result.to_dict(), ensure_ascii=False, indent=1))
    else:
        print(stats.agreement(result))
