import json
from collections.abc import Callable

import pytest
from hypothesis import given

from annotations.document import Document, Relation, Sentence, Span
from annotations.errors import DataError
from annotations.scheme import Scheme
from tests.annotations.reports import documents, signing


@given(documents())
def test_dict_round_trip(document: Document) -> None:
    assert Document.from_dict(json.loads(json.dumps(document.to_dict()))) == document


@given(documents())
def test_generated_reports_have_no_problems(document: Document) -> None:
    from annotations import scheme

    assert document.problems(scheme.load()) == []


def test_unknown_keys_and_confidences_are_kept() -> None:
    data = {
        "id": "a",
        "text": "投资5亿元。",
        "meta": {"url": "u"},
        "sentences": [{"start": 0, "end": 6, "kind": "project", "confidence": 0.5, "mood": 1}],
        "spans": [
            {
                "start": 2,
                "end": 5,
                "label": "AMOUNT",
                "attributes": {"role": "investment", "target": False},
                "confidence": 1,
                "amount": {"value": "500000000"},
            }
        ],
        "relations": [],
        "model": "zhaoshang@1",
    }
    document = Document.from_dict(data)
    assert document.extra == {"model": "zhaoshang@1"}
    assert document.spans[0].extra == {"amount": {"value": "500000000"}}
    assert document.to_dict() == data


def test_absent_lists_are_empty() -> None:
    assert Document.from_dict({"id": "a", "text": "", "spans": None}) == Document("a", "")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ([], "the report must be an object, found list"),
        ({"text": ""}, "no 'id'"),
        ({"id": 7, "text": ""}, "'id' must be str"),
        ({"id": "a", "text": "", "spans": {}}, "'spans' must be list"),
        ({"id": "a", "text": "", "spans": [3]}, r"spans\[0\] must be an object"),
        ({"id": "a", "text": "", "spans": [{"start": 0, "end": 1}]}, r"spans\[0\] has no 'label'"),
        ({"id": "a", "text": "", "sentences": [{"start": True, "end": 1}]}, "'start' must be int"),
        ({"id": "a", "text": "", "sentences": [{"start": 0.0, "end": 1}]}, "'start' must be int"),
        (
            {"id": "a", "text": "", "sentences": [{"start": 0, "end": 1, "confidence": True}]},
            "'confidence' must be number",
        ),
        ({"id": "a", "text": "x\ud83d"}, "'text' has half a UTF-16 surrogate pair at 1"),
    ],
)
def test_wrong_shapes_are_refused_with_the_entry(data: object, reason: str) -> None:
    with pytest.raises(DataError, match=f"^f.jsonl:3: .*{reason}"):
        Document.from_dict(data, "f.jsonl:3")


def _set(path: str, value: object) -> Callable[[Document], None]:
    """Set e.g. ``spans.0.end`` of a report."""

    def change(document: Document) -> None:
        *steps, last = path.split(".")
        item: object = document
        for step in steps:
            item = item[int(step)] if step.isdigit() else getattr(item, step)
        setattr(item, last, value)

    return change


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_set("spans.0.start", 7), "is empty"),
        (_set("spans.3.end", 99), "outside the text of 37 characters"),
        (_set("spans.0.start", -1), "outside the text"),
        (_set("spans.0.end", 9), "overlaps the span before it"),
        (_set("spans.1.start", 1), "out of order"),
        (_set("spans.0.label", "MONEY"), "unknown label 'MONEY'; the scheme has AMOUNT"),
        (_set("spans.0.attributes", {"stage": "signed"}), "AMOUNT has no attribute 'stage'"),
        (_set("spans.0.attributes", {"role": "cost"}), "role='cost' is none of investment"),
        (_set("spans.0.attributes", {"role": "output"}), "does not go from a AMOUNT"),
        (_set("relations.0.type", "owns"), "unknown type 'owns'"),
        (_set("relations.0.tail", 4), "tail 4 is no index into the 4 spans"),
        (_set("relations.0.tail", 2), "tail must be PROJECT"),
        (_set("sentences.0.kind", "poem"), "unknown kind 'poem'"),
        (_set("sentences.1.start", 5), "overlaps the one before"),
        (_set("sentences.1.end", 99), "outside the text"),
    ],
)
def test_every_problem_is_named(
    scheme: Scheme, change: Callable[[Document], None], reason: str
) -> None:
    document = signing()
    assert document.problems(scheme) == []
    change(document)
    assert any(reason in problem for problem in document.problems(scheme))
    with pytest.raises(DataError, match=r"^a.jsonl:1: report 'xiangtan-2019': "):
        document.check(scheme, "a.jsonl:1")


def test_check_counts_further_problems(scheme: Scheme) -> None:
    document = Document("a", "b", spans=[Span(0, 1, "X"), Span(1, 1, "X")])
    document.sentences, document.relations = [Sentence(1, 1)], [Relation("r", 0, 0)]
    with pytest.raises(DataError, match=r"\(and 3 more\)"):
        document.check(scheme)
