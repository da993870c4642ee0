"""The commands that read reports: parsing of arguments and printing, nothing else."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from inference.limits import Limits

app = typer.Typer(add_completion=False, no_args_is_help=True)

Paths = Annotated[list[Path], typer.Argument(metavar="PATH…", help="Files or folders of reports.")]
Inputs = Annotated[
    list[str],
    typer.Argument(
        metavar="INPUT…",
        help="Files, folders, patterns or URLs of reports; - is standard input.",
    ),
]
Model = Annotated[Path | None, typer.Option(help="Model folder; the shipped model by default.")]
Device = Annotated[
    str,
    typer.Option(help="auto, cpu or cuda; auto is cuda where onnxruntime and a card have it."),
]
Workers = Annotated[
    int | None, typer.Option(min=1, help="Processes; one for each core by default, on CUDA one.")
]


@app.command()
def extract(
    inputs: Inputs,
    out: Annotated[list[Path], typer.Option(help="Where to write; the suffix chooses the format.")],
    model: Model = None,
    repair: Annotated[bool, typer.Option(help="Repair damaged text first.")] = True,
    min_confidence: Annotated[
        float, typer.Option(min=0, max=1, help="Leave out what is less sure.")
    ] = 0.0,
    text_column: Annotated[str, typer.Option(help="Column of a table with the texts.")] = "text",
    id_column: Annotated[
        str | None, typer.Option(help="Column with the ids; `id` where there is one.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with an unfinished run, if there is one.")
    ] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Throw an unfinished run away, if there is one.")
    ] = False,
    max_chars: Annotated[
        int, typer.Option(min=1, help="A longer report becomes an error record.")
    ] = Limits().characters,
    report_timeout: Annotated[
        float | None, typer.Option(help="A slower report (in seconds) becomes an error record.")
    ] = None,
    max_errors: Annotated[
        int | None, typer.Option(min=0, help="End the run after more errors than this.")
    ] = None,
    engine: Annotated[str, typer.Option(help="local or ray.")] = "local",
    workers: Workers = None,
    device: Device = "auto",
    batch_tokens: Annotated[
        int | None, typer.Option(min=1, help="Characters that the model reads at a time.")
    ] = None,
) -> int:
    """Read reports and write what they say.

    Exit codes: 0 done; 1 done, but some reports failed; 2 could not be done; 3 ended by --max-errors;
    130 interrupted.
    """
    from inference.batch import Job, Outcome, run
    from inference.engines.work import Setup
    from inference.extractor import BATCH_TOKENS
    from inference.progress import bar
    from inference.readers import Columns

    setup = Setup(
        model, device, repair, min_confidence, batch_tokens or BATCH_TOKENS, report_timeout
    )
    columns, limits = Columns(text_column, id_column), Limits(max_chars, report_timeout)
    job = Job(inputs, out, setup, columns, limits, engine, workers, max_errors)
    try:
        with bar(sys.stderr) as progress:
            outcome, summary = run(job, resume=resume, fresh=fresh, progress=progress)
    except KeyboardInterrupt:  # the second: what was in hand is given up
        outcome = Outcome.INTERRUPTED
    else:
        print(summary, file=sys.stderr)
    if hint := outcome.hint(job):
        print(hint, file=sys.stderr)
    return outcome.value


@app.command()
def bench(
    paths: Paths,
    model: Model = None,
    device: Device = "auto",
    characters: Annotated[
        int,
        typer.Option(
            min=1,
            help="Characters of the smallest job, for which the inputs are repeated; rounded up to whole chunks,"
            " as many for each core.",
        ),
    ] = 100_000,
    against: Annotated[
        list[str],
        typer.Option(help="Time this, too: monpa, or a model folder for a transformers pipeline."),
    ] = [],  # noqa: B006
) -> None:
    """Measure the speed of extraction on this machine, and where the time goes, and print it as tables."""
    from inference import stages
    from inference.batch import find, read
    from inference.bench import measure, table
    from inference.engines.work import Setup

    reports = [report for report in read(find(paths)) if "error" not in report.extra]
    print(table(list(measure(reports, Setup(model, device), characters, against))))
    print()
    print(stages.table(stages.measure_stages(read(find(paths)), model)))


@app.command()
def clean(
    inputs: Inputs,
    diff: Annotated[bool, typer.Option("--diff", help="Print what was changed and why.")] = False,
    without: Annotated[
        list[str], typer.Option(metavar="STEP", help="Leave out a step; may be given again.")
    ] = [],  # noqa: B006
) -> int:
    """Print the repaired text of reports, or with --diff what was changed."""
    from inference.text.cli import clean_paths

    return clean_paths(inputs, diff=diff, without=without)


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
