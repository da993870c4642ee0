"""What each choice of the recipe is worth: the same training with one choice changed, over several seeds.

``python -m training.study --data annotations/data --runs training/studies/ablation.toml --out figures/ablation.json``

A run is a name and the settings that it changes, ``share`` of the training reports among them: runs of growing shares
make the learning curve. Every training has the same number of passes and no early stopping, so that no report chooses
anything. A stopped study goes on where it was: finished trainings are read from ``--out``.
"""

from __future__ import annotations

import argparse
import json
import time
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import mean
from typing import Any

from annotations import scheme as schemes
from annotations.document import Document
from annotations.errors import DataError
from training.cli import write
from training.config import TrainConfig
from training.data import Data, load_data
from training.evaluate import evaluate
from training.torch_tagger import torch_extractor
from training.trial import trial

#: Decides which reports the smaller shares keep: each share holds the ones below it.
ORDER = 13


@dataclass(frozen=True, slots=True)
class Run:
    """One row of the study.

    Attributes:
        name: what the table calls it.
        config: the settings of its trainings, the seed aside.
        share: of the training reports.
    """

    name: str
    config: TrainConfig
    share: float


def load_runs(path: Path) -> tuple[list[Run], list[int]]:
    """The runs and seeds of a study file: ``seeds``, ``[all]`` for every run, ``[runs.NAME]`` for what one changes.

    Raises:
        DataError: for a file that is no such study, an unknown setting, or a share outside (0, 1].
    """
    try:
        study = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataError(f"cannot be read as a study: {error}", str(path)) from None
    runs = []
    for name, changes in study.get("runs", {}).items():
        values: dict[str, Any] = study.get("all", {}) | changes
        share = values.pop("share", 1.0)
        if not isinstance(share, int | float) or not 0 < share <= 1:
            raise DataError(f"share = {share!r} must be above 0 and at most 1", f"{path} [{name}]")
        runs.append(Run(name, TrainConfig().override(values), float(share)))
    seeds = study.get("seeds", [])
    if not runs or not seeds:
        raise DataError("name at least one seed and one [runs.NAME]", str(path))
    return runs, seeds


def part_of(documents: Sequence[Document], share: float) -> list[Document]:
    """A share of the reports, the same for every call, holding that of any smaller share."""
    known = sorted(documents, key=lambda d: d.id)
    return Random(ORDER).sample(known, len(known))[: max(1, round(share * len(known)))]


def train_once(data: Data, run: Run, seed: int) -> dict[str, Any]:
    """Train with one seed; the figures on the development and test reports."""
    config = run.config.override({"seed": seed})
    begin = time.monotonic()
    train = part_of(data.train, run.share)
    model, vocab, settings = trial(train, schemes.load(), config)
    minutes = (time.monotonic() - begin) / 60
    extractor = torch_extractor(model, vocab, settings)
    scores = {
        part: _scores(evaluate(extractor, reports))
        for part, reports in data.parts().items()
        if part != "train"
    }
    return {"seed": seed, "reports": len(train), "minutes": round(minutes, 2), "scores": scores}


def _scores(figures: Mapping[str, Any]) -> dict[str, float]:
    found = {label: row["f1"] for label, row in figures["spans"].items()}
    found["micro"] = figures["micro"]["f1"]
    found |= {name: row["accuracy"] for name, row in figures["attributes"].items()}
    found |= {f"{t}, given spans": r["f1"] for t, r in figures["relations_given_spans"].items()}
    return found | {"kind": figures["kinds"]["accuracy"]}


def table(study: Mapping[str, Sequence[Mapping[str, Any]]], part: str) -> str:
    """Mean over seeds, and from lowest to highest, of every score on ``part``, in percent."""
    every = [t["scores"][part] for trainings in study.values() for t in trainings]
    names = list(dict.fromkeys(name for scores in every for name in scores))
    lines = [
        f"| {part} | reports | minutes | {' | '.join(names)} |",
        "|---" * (len(names) + 3) + "|",
    ]
    for name, trainings in study.items():
        cells = []
        for score in names:
            values = [
                100 * t["scores"][part][score] for t in trainings if score in t["scores"][part]
            ]
            spread = f" ({min(values):.1f}–{max(values):.1f})" if len(values) > 1 else ""
            cells.append(f"{mean(values):.1f}{spread}" if values else "–")
        minutes = mean(t["minutes"] for t in trainings)
        lines.append(
            f"| {name} | {trainings[0]['reports']} | {minutes:.1f} | {' | '.join(cells)} |"
        )
    return "\n".join(lines)


def study(data: Data, runs: Sequence[Run], seeds: Sequence[int], out: Path) -> dict[str, Any]:
    """All trainings that ``out`` does not have yet, seed by seed; ``out`` is written after each."""
    found = json.loads(out.read_text(encoding="utf-8")) if out.is_file() else {}
    for seed in seeds:
        for run in runs:
            done = found.setdefault(run.name, [])
            if any(t["seed"] == seed for t in done):
                continue
            done.append(train_once(data, run, seed))
            write(out, json.dumps(found, ensure_ascii=False, indent=1) + "\n")
            print(run.name, seed, done[-1]["scores"], flush=True)
    return found


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m training.study", description=__doc__)
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    parser.add_argument("--runs", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    try:
        runs, seeds = load_runs(options.runs)
        data = load_data(options.data, schemes.load())
        found = study(data, runs, seeds, options.out)
    except DataError as error:
        parser.exit(2, f"{error}\n")
    for part in ("development", "test"):
        if part in data.parts():
            print(table(found, part))


if __name__ == "__main__":
    main()
