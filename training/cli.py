"""The commands that make and score models: parsing of arguments and printing, nothing else."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Annotated

import typer

from annotations import scheme as schemes
from annotations import splits as lists
from annotations.document import Document
from annotations.errors import DataError
from annotations.scheme import Scheme

app = typer.Typer(add_completion=False, no_args_is_help=True)

Data = Annotated[list[Path], typer.Option("--data", help="Annotated .jsonl files or folders.")]
Splits = Annotated[
    Path | None,
    typer.Option(
        "--splits",
        help="Your own split (TOML): lists of report ids named train, development and test. Reports it does not list"
        " go as without it: by the project's lists, else by a draw from the id.",
    ),
]
Part = Annotated[
    str | None,
    typer.Option("--part", help="Only the reports of this part: train, development or test."),
]
RegistryOption = Annotated[Path, typer.Option("--registry", help="The folder of promoted models.")]
#: Not the folder that candidates are written to.
DEFAULT_REGISTRY = Path("models/registry")


def parse_settings(pairs: list[str]) -> dict[str, object]:
    """``key=value`` words, one a string or several with blanks between; values are JSON where they can be."""
    values: dict[str, object] = {}
    for pair in (word for words in pairs for word in re.split(r"\s+(?=\w+=)", words.strip())):
        key, equals, value = pair.partition("=")
        if not equals:
            raise DataError(f"{pair!r} is not key=value", "--set")
        try:
            values[key] = json.loads(value)
        except json.JSONDecodeError:
            values[key] = value
    return values


def warn(text: str) -> None:
    """Print a warning on standard error."""
    print(f"warning: {text}", file=sys.stderr)


def warn_of_absent(
    splits: Path, documents: list[Document], parts: tuple[str, ...] = lists.PARTS
) -> None:
    """Warn when a file of splits lists reports that are not there: mistyped ids are no test reports."""
    if names := lists.absent(splits, documents, parts):
        warn(f"{splits} lists ids that the data do not have: {len(names)}, the first {names[0]!r}")


def warn_of_learnt(model: Path, documents: list[Document]) -> None:
    """Warn when a model was trained on reports that it is scored on."""
    from training.data import learnt

    if names := learnt(model, documents):
        warn(
            f"{model} was trained on {len(names)} of the {len(documents)} reports it is scored on, the first"
            f" {names[0]!r}; its scores are too good"
        )


def scored(
    data: list[Path], part: str | None, splits: Path | None, scheme: Scheme | None = None
) -> list[Document]:
    """The reports to score on: all of ``data``, or those of one part.

    Raises:
        DataError: for splits without a part, and as `training.data.part_of`.
    """
    from annotations import store
    from training.data import part_of

    if splits is not None and part is None:
        raise DataError("says which reports each part has; name one with --part", "--splits")
    documents = store.load(*data, scheme=scheme)
    if part is None:
        return documents
    found = part_of(documents, part, splits)
    if splits is not None:
        warn_of_absent(splits, documents, (part,))
    return found


@app.command()
def train(
    data: Data,
    out: Annotated[Path, typer.Option(help="The model folder to write.")],
    config: Annotated[
        Path | None,
        typer.Option(
            help="Configuration file (TOML); the package's training/default.toml, for copying, has every"
            " setting, explained, with its default."
        ),
    ] = None,
    base: Annotated[
        str | None, typer.Option(help="Base encoder: a Hugging Face id or a folder.")
    ] = None,
    parent: Annotated[
        Path | None,
        typer.Option(
            "--from",
            help="Continue from this model folder, replaying what it learnt from; shipped is the shipped model.",
        ),
    ] = None,
    scheme: Annotated[Path, typer.Option(help="Label scheme file.")] = schemes.DEFAULT_PATH,
    splits: Splits = None,
    set: Annotated[
        list[str], typer.Option(help="Override settings: key=value, several in quotes.")
    ] = [],  # noqa: B006
    name: Annotated[str, typer.Option(help="The model's name in outputs.")] = "zhaoshang",
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from the last checkpoint.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar.")] = False,
) -> None:
    """Fine-tune a model on annotated reports; those of the test part are only scored on."""
    from training.config import load
    from training.data import SHIPPED, load_data
    from training.evaluate import table
    from training.train import train as run

    if base and parent:
        raise DataError("a model goes on from its own base; leave --base out", "--from")
    if parent == Path("shipped"):
        parent = SHIPPED
    overrides = parse_settings(set) | ({"base": base} if base else {})
    parsed = schemes.load(scheme)
    reports = load_data(data, parsed, own=splits)
    if splits is not None:
        warn_of_absent(splits, [*reports.train, *reports.development, *reports.test])
    figures = run(
        reports,
        load(config, overrides, continued=parent is not None),
        out,
        scheme=parsed,
        name=name,
        resume=resume,
        quiet=quiet,
        parent=parent,
    )
    for part in ("development", "test"):
        if part in figures:
            print(f"{part} ({figures['data'][part]['reports']} reports)\n{table(figures[part])}\n")
    if figures:
        print(f"model folder: {out}")


@app.command()
def evaluate(
    data: Data,
    model: Annotated[
        Path | None, typer.Option(help="Model folder; the shipped model by default.")
    ] = None,
    part: Part = None,
    splits: Splits = None,
    repair: Annotated[bool, typer.Option(help="Repair damaged text first.")] = True,
    damage: Annotated[bool, typer.Option(help="Also score damaged copies of the reports.")] = True,
    json_out: Annotated[
        Path | None, typer.Option("--json", help="Also write all figures here.")
    ] = None,
    html_out: Annotated[
        Path | None,
        typer.Option("--html", help="Also write them, and the worst sentences, as a page."),
    ] = None,
) -> None:
    """Score a model on annotated reports: exact spans by seqeval, attributes, links, kinds, calibration."""
    from inference.extractor import DEFAULT_MODEL, Extractor
    from training.assess import assess
    from training.assessment_page import render
    from training.card import other_scores
    from training.compare import exported
    from training.evaluate import table

    with exported(model or DEFAULT_MODEL) as folder:
        extractor = Extractor.load(folder, repair=repair)
        documents = scored(data, part, splits, extractor.settings.label_scheme)
        if not documents:
            raise DataError("there is no report to score on", part or "--data")
        warn_of_learnt(model or DEFAULT_MODEL, documents)
        figures = assess(extractor, documents, damage=damage)
    print(f"{extractor.model}, {len(documents)} reports\n\n{table(figures)}\n")
    print("\n".join(other_scores(figures)))
    for name, groups in (("genre", figures["genres"]), ("damage", figures["damage"])):
        scores = (f"{key} {100 * row['micro']:.1f}" for key, row in groups.items())
        print(f"micro F1 by {name}: {', '.join(scores)}")
    for name, row in figures["calibration"].items():
        error, chance = (f"{100 * row[key]:.1f} %" for key in ("error", "by_chance"))
        print(f"calibration error, {name}: {error} over {row['items']}; {chance} if exact")
    if json_out:
        write(json_out, json.dumps(figures, ensure_ascii=False, indent=1) + "\n")
    if html_out:
        write(html_out, render(figures, extractor.settings.label_scheme))


def write(path: Path, text: str) -> None:
    """Write a figures file, whole or not at all; its folder is made.

    Raises:
        DataError: when it cannot be written.
    """
    from inference.writers.failures import whole_file

    with whole_file(path) as partial:
        partial.write_text(text, encoding="utf-8", newline="\n")


@app.command()
def compare(
    a: Annotated[Path, typer.Argument(metavar="A", help="A model folder.")],
    b: Annotated[Path, typer.Argument(metavar="B", help="Another.")],
    data: Data,
    part: Part = None,
    splits: Splits = None,
    json_out: Annotated[
        Path | None, typer.Option("--json", help="Also write the figures here.")
    ] = None,
) -> None:
    """Compare two models on the same reports: scores with paired intervals, speed, size."""
    from training.compare import compare as run

    documents = scored(data, part, splits)
    for model in (a, b):
        warn_of_learnt(model, documents)
    found = run(a, b, documents)
    print(f"{found.reports} reports\n\n{found.table()}")
    if json_out:
        write(json_out, json.dumps(found.to_dict(), ensure_ascii=False, indent=1) + "\n")


@app.command()
def promote(
    candidate: Annotated[
        Path, typer.Argument(metavar="CANDIDATE", help="A folder written by `zhaoshang train`.")
    ],
    registry: RegistryOption = DEFAULT_REGISTRY,
    data: Annotated[
        list[Path],
        typer.Option("--data", help="Test reports; the project's frozen test by default."),
    ] = [],  # noqa: B006
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="Promote it whatever speaks against it; its card will say so."
        ),
    ] = False,
) -> None:
    """Make a model the registry's default, unless it is worse on the frozen test or has learnt from it."""
    from annotations import store
    from training.data import frozen_test
    from training.promote import promote as run
    from training.registry import Registry

    test = store.load(*data) if data else frozen_test()
    folder, found = run(candidate, Registry(registry), test, force=force)
    print(f"{found.against}\n")
    if found.comparison:
        print(f"{found.comparison.table()}\n")
    for objection in found.objections:
        print(f"by force, although {objection}")
    print(f"default: {folder}")


@app.command()
def rollback(registry: RegistryOption = DEFAULT_REGISTRY) -> None:
    """Make the registry's previous model the default again."""
    from training.registry import Registry

    before, now = Registry(registry).rollback()
    print(f"default: {now} (was {before})")


@app.command()
def models(registry: RegistryOption = DEFAULT_REGISTRY) -> None:
    """List the registry's models with their aliases and where they come from."""
    from training.registry import Registry

    entries = Registry(registry).entries()
    if not entries:
        raise DataError("no model has been promoted into this registry", str(registry))
    for entry in entries:
        origin = entry.lineage.get("parent") or {}
        source = (
            f"from {origin['model']}"
            if origin
            else (entry.lineage.get("base") or {}).get("name", "")
        )
        reports = entry.lineage.get("data", {}).get("train", {}).get("reports", "?")
        aliases = ", ".join(entry.aliases)
        print(
            f"{entry.settings.name}@{entry.version}  {aliases:17}  {reports} training reports, {source}"
        )


@app.command()
def export(
    model: Annotated[Path, typer.Argument(help="A folder written by `zhaoshang train`.")],
    out: Annotated[Path, typer.Option(help="The folder to write for inference.")],
    int8: Annotated[bool, typer.Option(help="Quantise the weights to 8 bits.")] = True,
    half: Annotated[
        bool,
        typer.Option("--half", help="Also write the network in half precision, for --device cuda."),
    ] = False,
) -> None:
    """Export a trained model to ONNX for inference."""
    from training.export import export as run

    print(f"model folder: {run(model, out, int8=int8, half=half)}")
