from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from annotations.document import Document, Sentence, Span
from annotations.scheme import Scheme
from inference.extractor import Extractor
from inference.text import clean
from inference.text.damage import KINDS
from tests.training.tiny_corpus import corpus
from training.assess import assess, by_damage, calibration, confusion
from training.assessment_page import render
from training.augment import cleaned, damaged, damaged_copies
from training.mistakes import worst_sentences

MARKED = "总投资<1亿元>的{甲项目}落户。投资<2亿元>。"


@pytest.fixture
def gold() -> list[Document]:
    """A report that the pattern extractor reads with one span too many and one label wrong."""
    first = MARKED.index("<")
    project = MARKED.index("{") + 1
    end = MARKED.index("。") + 1
    spans = [
        Span(first + 1, first + 4, "AMOUNT", {"role": "received"}),
        Span(project, project + 3, "MEASURE", {"category": "policy"}),
    ]
    sentences = [Sentence(0, end, "project"), Sentence(end, len(MARKED), "result")]
    return [Document("d", MARKED, {"genre": "results"}, sentences, spans)]


def test_everything_is_there_and_is_json(
    make_extractor: Callable[..., Extractor], gold: list[Document]
) -> None:
    figures = assess(make_extractor(repair=False), gold, damage=False)
    assert json.loads(json.dumps(figures))["model"] == "pattern@1"
    assert figures["spans"]["AMOUNT"]["precision"] == 0.5
    assert figures["intervals"]["AMOUNT"] == (0.6667, 0.6667), "one report has no spread"
    assert figures["genres"]["results"]["reports"] == 1
    assert figures["confusion"]["spans"] == {
        "AMOUNT": {"AMOUNT": 1},
        "MEASURE": {"PROJECT": 1},
        "–": {"AMOUNT": 1},
    }
    assert figures["confusion"]["AMOUNT.role"] == {"received": {"investment": 1}}
    assert figures["calibration"]["spans"]["items"] == 3


def test_the_worst_sentence_says_what_was_wrong(
    make_extractor: Callable[..., Extractor], gold: list[Document], scheme: Scheme
) -> None:
    predicted = list(make_extractor(repair=False).stream(gold))
    rows = worst_sentences(gold, predicted, scheme)
    assert [row["errors"] for row in rows] == sorted((row["errors"] for row in rows), reverse=True)
    notes = rows[0]["notes"]
    assert "missed MEASURE 甲项目" in notes
    assert "invented PROJECT 甲项目" in notes
    assert "1亿元: role investment instead of received" in notes
    assert rows[0]["text"].endswith("落户。")
    same = [replace(d, extra={}) for d in gold]
    assert worst_sentences(gold, same, scheme) == []


def test_the_page_needs_nothing_and_escapes_all(
    make_extractor: Callable[..., Extractor], gold: list[Document], scheme: Scheme
) -> None:
    hostile = "<script>alert(1)</script>\"'&"
    document = replace(gold[0], id=hostile, text=MARKED + hostile, meta={"genre": hostile})
    figures = assess(make_extractor(repair=False), [document], damage=False)
    page = render(figures, scheme)
    assert "<script" not in page
    assert "alert(1)" in page
    assert not re.search(r"""(?:src|href)=|url\(|@import""", page.replace(hostile, ""))
    assert page.count("<mark") == page.count("</mark>") > 3
    assert "金额" in page
    assert "built-in" not in page


def test_the_page_shows_overlap_macro_and_what_is_read_on_gold_spans(
    make_extractor: Callable[..., Extractor], gold: list[Document], scheme: Scheme
) -> None:
    gold[0].spans[0].start -= 1
    figures = assess(make_extractor(repair=False), gold, damage=False)
    figures["given"] = {
        "attributes": {"MEASURE.category": {"accuracy": 0.123, "spans": 41}},
        "relations": {"investment_of": {"f1": 0.987, "reference": 43}},
    }
    figures["intervals"]["macro"] = (0.01, 0.02)
    figures["macro_f1"] = 0.456
    rows = re.findall(r"<tr><td>(.*?)</td></tr>", render(figures, scheme))
    cells = {row[0]: row[1:] for row in (r.split("</td><td>") for r in rows)}
    # The amount's edges are wrong: nothing is exact, one of two read overlaps the one there is.
    assert cells["AMOUNT"][2:] == ["0.0 (0.0–0.0)", "66.7", "1"]
    assert cells["micro"][3] == "40.0"
    assert cells["macro"] == ["–", "–", "45.6 (1.0–2.0)", "22.2", ""]
    assert cells["MEASURE.category"] == ["–", "0", "12.3", "41"]
    assert cells["investment_of"][2:] == ["98.7", "43"]
    assert cells["kind"][2:] == ["–", ""]


def test_calibration_counts_every_item_once(gold: list[Document]) -> None:
    guess = replace(gold[0], spans=[replace(s, confidence=0.9) for s in gold[0].spans])
    found = calibration(gold, [guess])
    assert found["spans"]["bins"] == [{"low": 0.9, "items": 2, "confidence": 0.9, "accuracy": 1.0}]
    assert found["spans"]["error"] == pytest.approx(0.1)
    # Of two items of 0.9 both are right in 81 % of draws (error 0.1), one in 18 % (0.4), none in 1 % (0.9).
    assert found["spans"]["by_chance"] == pytest.approx(0.162, abs=0.03)
    edges = replace(gold[0], spans=[replace(s, end=s.end - 1) for s in gold[0].spans])
    assert confusion(gold, [edges], [])["spans"]["AMOUNT"] == {"edges": 1}


@pytest.mark.parametrize("kind", KINDS)
def test_annotation_follows_damage(kind: str) -> None:
    """What stands in a moved span repairs to what it was."""
    for document in map(cleaned, corpus(6)):
        copy = damaged(document, kind, random.Random(document.id))
        assert copy.meta["damage"] == kind
        assert len(copy.spans) >= len(document.spans) - 1
        for span in copy.spans:
            repaired = clean(copy.text[span.start : span.end]).text
            originals = [
                document.text[s.start : s.end] for s in document.spans if s.label == span.label
            ]
            assert kind in ("desync", "lead", "mixed", "misplaced") or repaired in originals
        for relation in copy.relations:
            assert copy.spans[relation.head].label == "AMOUNT"
            assert copy.spans[relation.tail].label == "PROJECT"


def test_damaged_copies_come_at_their_rate_and_again_the_same() -> None:
    documents = corpus(200)
    copies = list(damaged_copies(documents, 1.3, seed=5))
    assert 230 <= len(copies) <= 290
    assert copies == list(damaged_copies(documents, 1.3, seed=5))
    assert len({d.id for d in copies}) == len(copies)
    assert list(damaged_copies(documents, 0, seed=5)) == []
    alone = list(damaged_copies(documents[7:8], 1.3, seed=5))
    assert alone == [d for d in copies if d.id.startswith("r007#")], (
        "a copy depends on its report alone"
    )


def test_every_kind_of_damage_is_scored(make_extractor: Callable[..., Extractor]) -> None:
    found = by_damage(make_extractor(), corpus(2))
    assert list(found) == ["clean", *KINDS]
    assert all(row["reports"] == 2 for row in found.values())
