"""What a model card says of the model, whatever its scheme."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from annotations import scheme as schemes
from annotations.document import Document, Sentence
from annotations.scheme import Scheme
from training.card import OTHER_DATA, OWN_BASE, calibration_errors, model_card
from training.config import TrainConfig
from training.data import sentence_count


@pytest.fixture
def figures(tiny_model: Path) -> dict[str, Any]:
    return json.loads((tiny_model / "figures.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def resumes() -> Scheme:
    """Another user's labels, without attributes, relations or kinds."""
    return schemes.parse(
        {"labels": {"NAME": {"name": "姓名"}, "ORG": {"name": "机构"}, "RACE": {}}}
    )


def test_the_card_of_the_projects_own_scheme(tiny_model: Path, figures: dict[str, Any]) -> None:
    card = (tiny_model / "README.md").read_text(encoding="utf-8")
    assert (
        "Tags amounts, projects and measures in Chinese investment-promotion reports, with their attributes, links"
        " and sentence kinds. Written by `zhaoshang train`." in card
    )
    limits = card.partition("## Limits")[2].partition("## ")[0]
    assert "Trained on 24 reports (96 sentences)." in limits
    assert "Chinese government and press texts on investment promotion" in limits
    spans = figures["development"]["spans"]
    weakest = min(spans, key=lambda label: spans[label]["f1"])
    assert f"{weakest}: F1 {100 * spans[weakest]['f1']:.1f} (" in limits
    assert "no outside annotator" in limits


def test_another_scheme_is_described_by_its_own_labels(
    figures: dict[str, Any], resumes: Scheme
) -> None:
    row = {
        "precision": 0.5,
        "recall": 0.5,
        "f1": 0.5,
        "correct": 5,
        "reference": 10,
        "proposed": 10,
    }
    rows = {"NAME": row | {"f1": 0.9}, "ORG": row, "RACE": row | {"f1": 0.0, "reference": 0}}
    for part in ("development", "test"):
        figures[part] |= {"spans": rows, "overlap": rows, "intervals": {"ORG": (0.4, 0.6)}}
    figures["lineage"]["base"] |= {"own": True}
    figures["leaks"] = 7
    card = model_card(figures, TrainConfig(), resumes)
    assert "\nTags NAME (姓名), ORG (机构) and RACE in Chinese texts. Written by" in card
    for words in ("investment-promotion", "investment promotion", "measures", "maintainers"):
        assert words not in card
    limits = card.partition("## Limits")[2].partition("## ")[0]
    assert "is ORG: F1 50.0 (40.0–60.0) over 10 spans" in limits
    assert "have no RACE" in limits
    assert "7 near-duplicates are shared with the test" in limits
    assert f"{OWN_BASE} {OTHER_DATA}" in card


def test_a_scheme_with_one_more_label_names_all(scheme: Scheme, figures: dict[str, Any]) -> None:
    wider = schemes.parse(
        {**scheme.to_dict(), "labels": {**scheme.to_dict()["labels"], "COMPANY": {"name": "企业"}}}
    )
    card = model_card(figures, TrainConfig(), wider)
    names = "AMOUNT (金额), PROJECT (项目), MEASURE (措施) and COMPANY (企业) in Chinese texts"
    assert f"Tags {names}, with their attributes, links and sentence kinds." in card
    assert "have no COMPANY" in card


def test_without_development_reports_no_label_is_called_weakest(
    scheme: Scheme, figures: dict[str, Any]
) -> None:
    del figures["development"]
    assert "weakest" not in model_card(figures, TrainConfig(), scheme)


def test_calibration_errors_are_kept_and_printed(tiny_model: Path, figures: dict[str, Any]) -> None:
    card = (tiny_model / "README.md").read_text(encoding="utf-8")
    for part in ("development", "test"):
        rows = figures[part]["calibration"]
        for name in ("span.AMOUNT", "span.PROJECT", "span.MEASURE", "relation.investment_of"):
            assert 0 <= rows[name]["error"] <= 1
        assert rows["kind"]["items"] > 0
        (line,) = calibration_errors(figures[part])
        amount = rows["span.AMOUNT"]
        assert f"AMOUNT {100 * amount['error']:.1f} % ({amount['items']})" in line
        assert f"sentence kind {100 * rows['kind']['error']:.1f} %" in line
        assert line in card.partition(f"### {part}")[2]
    assert calibration_errors({}) == []


def test_sentences_are_counted_as_annotated_or_else_as_split() -> None:
    annotated = Document("a", "甲。乙。", sentences=[Sentence(0, 4, "context")])
    assert sentence_count([annotated, Document("b", "甲。乙。丙。")]) == 1 + 3
