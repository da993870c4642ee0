"""The commands that read reports: parsing of arguments and printing, nothing else."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False, no_args_is_help=True)

Paths = Annotated[list[Path], typer.Argument(metavar="PATH…", help="Files or folders of reports.")]
Model = Annotated[Path | None, typer.Option(help="Model folder; the shipped model by default.")]


@app.command()
def extract(
    paths: Paths,
    out: Annotated[list[Path], typer.Option(help="Where to write; the suffix chooses the format.")],
    model: Model = None,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads of the model.")] = None,
    repair: Annotated[bool, typer.Option(help="Repair damaged text first.")] = True,
    min_confidence: Annotated[
        float, typer.Option(min=0, max=1, help="Leave out what is less sure.")
    ] = 0.0,
) -> int:
    """Read reports and write what they say."""
    from inference.batch import run

    summary = run(
        paths,
        out,
        model=model,
        threads=threads,
        repair=repair,
        min_confidence=min_confidence,
        progress=sys.stderr.isatty(),
    )
    print(summary, file=sys.stderr)
    return 1 if summary.errors else 0


@app.command()
def clean(
    paths: Paths,
    diff: Annotated[bool, typer.Option("--diff", help="Print what was changed and why.")] = False,
) -> int:
    """Print the repaired text of reports, or with --diff what was changed."""
    from inference.text.cli import clean_paths

    return clean_paths(paths, diff=diff)


@app.command()
def amount(texts: Annotated[list[str], typer.Argument(metavar="TEXT…")]) -> None:
    """Print the amounts of money in each text as JSON lines."""
    from inference.amounts import read_texts

    for reading in read_texts(texts):
        print(json.dumps(reading, ensure_ascii=False))


@app.command()
def ledger(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Extracted .jsonl files.")],
    out: Annotated[list[Path], typer.Option(help="Where to write; the suffix chooses the format.")],
) -> int:
    """Build the ledger of reports that were extracted before; no model is needed."""
    from inference.writers.rebuild import rebuild

    counts = rebuild(paths, out)
    print(counts, file=sys.stderr)
    return 1 if counts.errors else 0


@app.command()
def show(
    path: Annotated[Path, typer.Argument(metavar="REPORT", help="Extracted .jsonl, or a report.")],
    id: Annotated[str | None, typer.Option(help="Only the report of this id.")] = None,
    model: Model = None,
) -> None:
    """Print reports with their spans in colour, and what the ledger has of them."""
    from rich.console import Console

    from inference.show import load
    from inference.show import show as print_report

    console = Console(highlight=False)
    for document in load(path, id, model):
        print_report(document, console)
