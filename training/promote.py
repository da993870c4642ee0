"""Promotion: a model becomes the default only when the frozen test says that it is no step back."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from annotations.document import Document
from annotations.errors import DataError
from annotations.leakage import Leak, between
from inference.extractor import DEFAULT_MODEL
from inference.settings import FILE_NAME, ModelSettings
from inference.tagger import MODEL_FILE
from training import lineage
from training.card import add_note
from training.compare import Comparison, compare, exported
from training.data import kept
from training.registry import Registry


@dataclass(frozen=True, slots=True)
class Examination:
    """What speaks against a candidate.

    Attributes:
        comparison: with the default model or the shipped one (`rival`); None where there is none.
        leaks: what the candidate's training and development reports share with the test.
        objections: why it must not be promoted, in plain words; empty when it may.
        against: in words what it was compared with, or why with nothing.
    """

    comparison: Comparison | None
    leaks: Sequence[Leak]
    objections: tuple[str, ...]
    against: str = "Compared with no other model."


def examine(candidate: Path, current: Path | None, test: Sequence[Document]) -> Examination:
    """Judge a candidate against the current default on the frozen test.

    A label speaks against the candidate when its F1 is worse beyond chance: the 95 % interval of the paired difference
    lies below zero. So does a label that the current model knows and the candidate does not, and any leak.

    Args:
        candidate: a folder written by ``zhaoshang train``.
        current: the folder of the model it must be as good as, if there is one.
        test: annotated reports.

    Raises:
        DataError: when there is no test report, or ``candidate`` does not have the reports it learnt from.
    """
    if not test:
        raise DataError(
            "there is no frozen test (annotations/data/splits.toml lists none); name test reports",
            "--data",
        )
    objections = []
    data = kept(candidate)
    leaks = between({"learnt": [*data.train, *data.development], "test": test})
    names = {d.id for d in test}
    if doubled := [d.id for d in (*data.train, *data.development) if d.id in names]:
        objections.append(f"it has learnt from the test: report {doubled[0]!r}")
    elif leaks:
        objections.append(
            f"{len(leaks)} leaks from its training reports into the test; the first: {leaks[0]}"
        )
    if current is None:
        return Examination(None, leaks, tuple(objections))
    missing = missing_labels(current, candidate)
    objections += [f"it does not know the label {label}" for label in missing]
    known = ModelSettings.load(current).label_scheme if missing else None
    comparison = compare(current, candidate, test, known)
    for name in (*comparison.labels, "micro"):
        score = comparison.scores.get(name)
        if score is not None and score.verdict == "worse":
            objections.append(
                f"{name} F1 {100 * (score.b or 0):.1f} against {100 * (score.a or 0):.1f}"
                f" (difference {100 * score.low:+.1f} … {100 * score.high:+.1f})"
            )
    return Examination(comparison, leaks, tuple(objections))


def rival(candidate: Path, registry: Registry) -> tuple[Path | None, str]:
    """The model that a candidate must be as good as: the registry's default or, before there is one, the shipped model.

    Args:
        candidate: a model folder.
        registry: where it would be promoted.

    Returns:
        Its folder, None where there is none; and in words what it is, or why there is none.

    Raises:
        DataError: when a folder's settings cannot be read.
    """
    current = registry.alias("default")
    if current is not None:
        return current, "Compared with the default model."
    first = "The first model of its registry"
    if not (DEFAULT_MODEL / FILE_NAME).is_file():
        return None, f"{first}: there was none to compare it with."
    ours, theirs = (
        sorted(ModelSettings.load(folder).label_scheme.labels)
        for folder in (DEFAULT_MODEL, candidate)
    )
    if ours != theirs:
        return None, (
            f"{first}: not compared with the shipped model, which has other labels ({', '.join(ours)})."
        )
    return DEFAULT_MODEL, f"{first}: compared with the shipped model."


def missing_labels(current: Path, candidate: Path) -> list[str]:
    """Labels that one model folder knows and another does not."""
    known, other = (
        ModelSettings.load(folder).label_scheme.labels for folder in (current, candidate)
    )
    return sorted(set(known) - set(other))


def promote(
    candidate: Path, registry: Registry, test: Sequence[Document], *, force: bool = False
) -> tuple[Path, Examination]:
    """Examine a candidate, and when nothing speaks against it add it to the registry as the default.

    It is examined against the registry's default, or while there is none against the shipped model (`rival`).
    With ``force`` it is promoted all the same, and its model card says so and why.

    Returns:
        Its folder in the registry, and the examination.

    Raises:
        DataError: naming every objection, unless ``force``; as `examine`; when the version is there with other weights;
            when it cannot be written.
    """
    current, against = rival(candidate, registry)
    found = replace(examine(candidate, current, test), against=against)
    if found.objections and not force:
        listed = "".join(f"\n  - {objection}" for objection in found.objections)
        raise DataError(
            f"is not promoted:{listed}\n{found.against}\nMend that, or promote it with --force (its card will say so)",
            str(candidate),
        )
    version = ModelSettings.load(candidate).version
    target = registry.root / version
    if target.exists() and lineage.read(target).get("weights") != lineage.read(candidate).get(
        "weights"
    ):
        raise DataError(
            f"version {version!r} is in the registry with other weights", str(registry.root)
        )
    if target.exists():
        add_note(target, "Promoted again", _verdict(found, test))
    else:
        registry.add(version, lambda folder: _fill(candidate, folder, found, test))
    registry.point(version, "forced" if found.objections else "promoted")
    return target, found


def _fill(candidate: Path, folder: Path, found: Examination, test: Sequence[Document]) -> None:
    """The candidate's files, its exported network, and what the examination found on its card."""
    shutil.copytree(candidate, folder, dirs_exist_ok=True)
    with exported(candidate) as ready:
        shutil.copy(ready / MODEL_FILE, folder / MODEL_FILE)
    add_note(folder, "Promotion", _verdict(found, test))


def _verdict(found: Examination, test: Sequence[Document]) -> str:
    """The examination in words."""
    lines = []
    if found.objections:
        lines += ["**Promoted by force**, although:", *(f"- {o}" for o in found.objections), ""]
    lines.append(found.against)
    if found.comparison:
        lines += ["", f"On {len(test)} test reports:", "", found.comparison.table()]
    return "\n".join(lines)
