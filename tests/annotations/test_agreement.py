from copy import deepcopy

import pytest
from hypothesis import given

from annotations.agreement import Agreement, Tally, compare, compare_all
from annotations.document import Document, Span
from annotations.errors import DataError
from tests.annotations.reports import documents, signing


@given(documents())
def test_a_report_agrees_with_itself(document: Document) -> None:
    result = compare(document, document)
    assert result.micro == Tally(*[len(document.spans)] * 3)
    assert all(t.correct == t.reference == t.proposed for t in result.overlaps.values())
    assert all(t.recall == 1 for t in result.attributes.values())
    assert all(t.f1 == 1 for t in result.relations.values())
    assert result.kinds == Tally(*[len(document.sentences)] * 3)


@given(documents())
def test_precision_and_recall_swap_with_the_sides(document: Document) -> None:
    fewer = deepcopy(document)
    del fewer.spans[::2]
    fewer.relations = []
    one, other = compare(document, fewer).micro, compare(fewer, document).micro
    assert (one.precision, one.recall, one.f1) == (other.recall, other.precision, other.f1)
    assert one.correct == one.proposed == len(fewer.spans)


def test_figures_of_two_annotators() -> None:
    mine, theirs = signing(), signing()
    theirs.spans[1].end -= 2  # another right edge: no exact match, but an overlap
    theirs.spans[2].attributes = {"category": "mechanism"}  # other category, planned absent
    theirs.spans[3].attributes = {"role": "received", "target": False}
    theirs.sentences[1].kind = "measure"
    result = compare(mine, theirs)
    assert result.spans == {
        "AMOUNT": Tally(2, 2, 2),
        "PROJECT": Tally(0, 1, 1),
        "MEASURE": Tally(1, 1, 1),
    }
    assert result.overlaps["PROJECT"] == Tally(1, 1, 1)
    assert result.attributes == {
        "AMOUNT.role": Tally(2, 2, 2),
        "AMOUNT.target": Tally(1, 2, 2),
        "MEASURE.category": Tally(0, 1, 1),
        "MEASURE.planned": Tally(0, 1, 1),
    }
    assert result.relations == {"investment_of": Tally(0, 1, 1)}
    assert result.relations_given == {"investment_of": Tally(0, 0, 0)}
    assert result.kinds == Tally(1, 2, 2)
    assert result.kind_pairs == {("project", "project"): 1, ("plan", "measure"): 1}
    assert result.micro.f1 == pytest.approx(3 / 4)
    assert result.macro_f1 == pytest.approx((1 + 0 + 1) / 3)


def test_an_absent_flag_is_false() -> None:
    mine, theirs = signing(), signing()
    mine.spans[0].attributes["target"] = False
    assert compare(mine, theirs).attributes["AMOUNT.target"] == Tally(2, 2, 2)


def test_relations_are_compared_by_place_not_index() -> None:
    mine, theirs = signing(), signing()
    theirs.spans.insert(0, Span(0, 3, "MEASURE"))
    for relation in theirs.relations:
        relation.head, relation.tail = relation.head + 1, relation.tail + 1
    assert compare(mine, theirs).relations["investment_of"] == Tally(1, 1, 1)


def test_agreements_add_up() -> None:
    total = Agreement()
    for _ in range(3):
        total += compare(signing(), signing())
    assert total.to_dict() == {
        "spans": {
            label: {
                "precision": 1,
                "recall": 1,
                "f1": 1,
                "correct": n,
                "reference": n,
                "proposed": n,
            }
            for label, n in (("AMOUNT", 6), ("MEASURE", 3), ("PROJECT", 3))
        },
        "micro": {
            "precision": 1,
            "recall": 1,
            "f1": 1,
            "correct": 12,
            "reference": 12,
            "proposed": 12,
        },
        "macro_f1": 1,
        "overlap": total.to_dict()["spans"],
        "attributes": {
            "AMOUNT.role": {"accuracy": 1, "spans": 6},
            "AMOUNT.target": {"accuracy": 1, "spans": 6},
            "MEASURE.category": {"accuracy": 1, "spans": 3},
            "MEASURE.planned": {"accuracy": 1, "spans": 3},
            "PROJECT.stage": {"accuracy": 1, "spans": 3},
        },
        "relations": {"investment_of": total.relations["investment_of"].to_dict()},
        "relations_given_spans": {"investment_of": total.relations["investment_of"].to_dict()},
        "kinds": {"accuracy": 1, "sentences": 6},
    }


def test_nothing_compared_is_zero_not_an_error() -> None:
    assert Agreement().to_dict()["micro"]["f1"] == 0


def test_other_texts_and_missing_reports_are_refused() -> None:
    other = signing()
    other.text += "。"
    with pytest.raises(
        DataError, match="xiangtan-2019: the two annotations are of different texts"
    ):
        compare_all([signing()], [other])
    with pytest.raises(DataError, match=r"xiangtan-2019: .*missing from the second"):
        compare_all([signing()], [])
