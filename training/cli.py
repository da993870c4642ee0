"""The commands that make and score models: parsing of arguments and printing, nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from annotations import scheme as schemes
from annotations.errors import DataError

app = typer.Typer(add_completion=False, no_args_is_help=True)

Data = Annotated[list[Path], typer.Option("--data", help="Annotated .jsonl files or folders.")]


def parse_settings(pairs: list[str]) -> dict[str, object]:
    """``key=value`` words; values are JSON where they can be."""
    values: dict[str, object] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            raise DataError(f"{pair!r} is not key=value", "--set")
        try:
            values[key] = json.loads(value)
        except json.JSONDecodeError:
            values[key] = value
    return values


@app.command()
def train(
    data: Data,
    out: Annotated[Path, typer.Option(help="The model folder to write.")],
    config: Annotated[Path | None, typer.Option(help="Configuration file (TOML).")] = None,
    base: Annotated[
        str | None, typer.Option(help="Base encoder: a Hugging Face id or a folder.")
    ] = None,
    scheme: Annotated[Path, typer.Option(help="Label scheme file.")] = schemes.DEFAULT_PATH,
    set: Annotated[list[str], typer.Option(help="Override a setting: key=value.")] = [],  # noqa: B006
    name: Annotated[str, typer.Option(help="The model's name in outputs.")] = "zhaoshang",
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from the last checkpoint.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar.")] = False,
) -> None:
    """Fine-tune a model on annotated reports."""
    from training.config import load
    from training.evaluate import table
    from training.train import load_data
    from training.train import train as run

    overrides = parse_settings(set) | ({"base": base} if base else {})
    settings = load(config, overrides)
    parsed = schemes.load(scheme)
    figures = run(
        load_data(data, parsed), settings, out, scheme=parsed, name=name, resume=resume, quiet=quiet
    )
    for part in ("development", "test"):
        if part in figures:
            print(f"{part} ({figures['data'][part]['reports']} reports)\n{table(figures[part])}\n")
    print(f"model folder: {out}")


@app.command()
def evaluate(
    data: Data,
    model: Annotated[
        Path | None, typer.Option(help="Exported model folder; the shipped one by default.")
    ] = None,
    part: Annotated[str | None, typer.Option(help="Only this part of the frozen splits.")] = None,
    repair: Annotated[bool, typer.Option(help="Repair damaged text first.")] = True,
    json_out: Annotated[
        Path | None, typer.Option("--json", help="Also write all figures here.")
    ] = None,
) -> None:
    """Score a model on annotated reports: exact spans by seqeval, attributes, links, kinds."""
    from annotations import store
    from annotations.splits import PARTS, divide
    from inference.extractor import Extractor
    from training.evaluate import evaluate as score
    from training.evaluate import table

    extractor = Extractor.load(model, repair=repair)
    documents = store.load(*data, scheme=extractor.settings.label_scheme)
    if part is not None:
        if part not in PARTS:
            raise DataError(f"{part!r} is none of {', '.join(PARTS)}", "--part")
        documents = divide(documents)[part]
    figures = score(extractor, documents)
    print(f"{extractor.model}, {len(documents)} reports\n\n{table(figures)}\n")
    for name, row in figures["attributes"].items():
        print(f"{name}: {100 * row['accuracy']:.1f} % of {row['spans']} spans found")
    for name, row in figures["relations"].items():
        given = figures["relations_given_spans"][name]
        print(f"{name}: F1 {100 * row['f1']:.1f}; between spans found {100 * given['f1']:.1f}")
    print(f"sentence kind: {100 * figures['kinds']['accuracy']:.1f} %")
    if json_out:
        json_out.write_text(
            json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )


@app.command()
def export(
    model: Annotated[Path, typer.Argument(help="A folder written by `zhaoshang train`.")],
    out: Annotated[Path, typer.Option(help="The folder to write for inference.")],
    int8: Annotated[bool, typer.Option(help="Quantise the weights to 8 bits.")] = True,
) -> None:
    """Export a trained model to ONNX for inference."""
    from training.export import export as run

    print(f"model folder: {run(model, out, int8=int8)}")
