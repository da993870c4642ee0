import tomllib

import pytest

from annotations import scheme as schemes
from annotations.document import Document, Relation, Sentence, Span
from annotations.errors import DataError
from annotations.induction import induce
from annotations.scheme import Scheme
from tests.annotations.reports import signing


def _report(
    *spans: Span, relations: tuple[Relation, ...] = (), kind: str | None = None
) -> Document:
    text = "甲" * 20
    return Document("a", text, {}, [Sentence(0, 20, kind)], list(spans), list(relations))


def test_known_reports_give_the_known_scheme_without_what_never_occurs(scheme: Scheme) -> None:
    found = induce([signing()], scheme)
    assert found.labels == scheme.labels
    assert found.relations == scheme.relations
    assert found.kinds == {"plan": "计划", "project": "项目"}


def test_unknown_labels_values_relations_and_kinds_are_added(scheme: Scheme) -> None:
    report = _report(
        Span(0, 1, "SITE", {"size": "large", "new": True}),
        Span(1, 2, "SITE", {"size": "small"}),
        Span(2, 3, "PROJECT", {"stage": "dreamt"}),
        relations=(Relation("site_of", 0, 2),),
        kind="rumour",
    )
    found = induce([report], scheme)
    assert list(found.labels) == ["PROJECT", "SITE"]
    assert list(found.labels["PROJECT"].attributes["stage"].values) == [
        *scheme.labels["PROJECT"].attributes["stage"].values,
        "dreamt",
    ]
    site = found.labels["SITE"].attributes
    assert site["size"].values == {"large": "large", "small": "small"}
    assert site["new"].flag
    assert (found.relations["site_of"].head, found.relations["site_of"].tail) == ("SITE", "PROJECT")
    assert found.kinds == {"rumour": "rumour"}
    assert report.problems(found) == []
    assert schemes.parse(tomllib.loads(schemes.dumps(found))) == found


@pytest.mark.parametrize(
    ("report", "reason"),
    [
        (_report(), "no spans"),
        (_report(Span(0, 1, "A", {"x": 3})), "A.x has values that are no choice and no flag: 3"),
        (
            _report(Span(0, 1, "A", {"x": True}), Span(1, 2, "A", {"x": "y"})),
            "no choice and no flag",
        ),
        (_report(Span(0, 1, "AMOUNT", {"role": True})), "AMOUNT.role"),
        (
            _report(
                Span(0, 1, "A"),
                Span(1, 2, "B"),
                relations=(Relation("r", 0, 1), Relation("r", 1, 0)),
            ),
            "'r' goes between several labels: A → B, B → A",
        ),
    ],
)
def test_what_no_scheme_can_hold_is_refused(scheme: Scheme, report: Document, reason: str) -> None:
    with pytest.raises(DataError, match=reason):
        induce([report], scheme)
