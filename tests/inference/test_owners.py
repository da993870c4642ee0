"""Sums whose project the wording names; spans are marked ⟦金额⟧ and ⟪项目⟫."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations import scheme as schemes
from annotations import store
from annotations.document import Document, Relation, Sentence, Span
from inference.owners import PROJECT, SUM, Place, certainty, owner, parts

MARK = re.compile("⟦(.+?)⟧|⟪(.+?)⟫")


def read(marked: str) -> tuple[str, list[Place]]:
    text, places = "", []
    at = 0
    for match in MARK.finditer(marked):
        text += marked[at : match.start()]
        inside = match[1] or match[2]
        places.append((len(text), len(text) + len(inside), SUM if match[1] else PROJECT))
        text += inside
        at = match.end()
    return text + marked[at:], places


def owned(marked: str) -> list[str | None]:
    """What the wording gives each sum."""
    text, places = read(marked)
    found = [owner(text, places, i) for i, place in enumerate(places) if place[2] == SUM]
    return [None if i is None else text[places[i][0] : places[i][1]] for i in found]


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("总投资⟦3亿元⟧的⟪甲厂⟫、⟦2亿元⟧的⟪乙厂⟫落户。", ["甲厂", "乙厂"]),
        ("⟪甲厂⟫，总投资⟦3亿元⟧；⟪乙厂⟫，投资额约⟦2亿元⟧。", ["甲厂", "乙厂"]),
        ("⟪甲厂⟫（⟦3亿元⟧）、⟪乙厂⟫（计划总投资⟦2亿元⟧，占地30亩）", ["甲厂", "乙厂"]),
        ("⟪甲厂⟫总投资⟦3亿元⟧、⟪乙厂⟫总投资⟦2亿元⟧。", ["甲厂", "乙厂"]),
        ("投资⟦3亿元⟧建设⟪甲厂⟫。", ["甲厂"]),
        # one sum for several projects, or as many as there are projects
        ("⟪甲厂⟫、⟪乙厂⟫，总投资⟦3亿元⟧。", [None]),
        ("⟪甲厂⟫、⟪乙厂⟫，总投资⟦3亿元⟧、⟦2亿元⟧。", [None, None]),
        ("总投资⟦3亿元⟧的⟪甲厂⟫和⟪乙厂⟫开工。", [None]),
        # it belongs to what comes after
        ("⟪甲厂⟫，总投资⟦3亿元⟧、占地30亩的⟪乙厂⟫。", [None]),
        ("投资⟦1亿元⟧建成⟪甲厂⟫，投资⟦2亿元⟧启动⟪乙厂⟫。", ["甲厂", None]),
        # nothing beside it that fits
        ("⟪甲厂⟫已到位资金⟦3亿元⟧。", [None]),
        ("引进项目⟦3亿元⟧。", [None]),
    ],
)
def test_the_wording_names_the_project(marked: str, expected: list[str | None]) -> None:
    assert owned(marked) == expected


def test_semicolons_part_projects() -> None:
    text, places = read("⟪甲厂⟫投产，投入⟦3亿元⟧；⟪乙厂⟫开工;完成⟦2亿元⟧。")
    assert parts(text, places) == [0, 0, 1, 2]


def test_the_wording_is_trusted_where_the_reports_bear_it_out() -> None:
    relation = schemes.load().relations["investment_of"]

    def report(linked: bool, role: str = "investment") -> Document:
        text, ((s, e, _), (first, last, _)) = read("总投资⟦3亿元⟧的⟪甲厂⟫开工。")
        spans = [Span(s, e, SUM, {"role": role}), Span(first, last, PROJECT, {"stage": "signed"})]
        links = [Relation("investment_of", 0, 1)] if linked else []
        return Document("d", text, {}, [Sentence(0, len(text))], spans, links)

    assert certainty([report(True)] * 40, relation) == 1
    assert certainty([report(True)] * 38 + [report(False)] * 2, relation) == pytest.approx(0.95)
    assert certainty([report(True)] * 30 + [report(False)] * 10, relation) == 0
    assert certainty([report(True)] * 20, relation) == 0
    assert certainty([report(True, "output")] * 40, relation) == 0
    assert certainty([report(True)] * 40, None) == 0


def test_the_corpus_bears_it_out() -> None:
    """Of the sums of all annotated reports that the wording gives to a project, each is linked to that one."""
    corpus = store.load(Path(__file__).parents[2] / "annotations" / "data")
    assert certainty(corpus, schemes.load().relations["investment_of"]) == 1


PIECES = ["⟦3亿元⟧", "⟪甲厂⟫", "、", "，", "；", "总投资", "的", "（", "）", "建设"]


@given(st.lists(st.sampled_from(PIECES), max_size=14))
def test_an_owner_is_a_project_beside_the_sum(pieces: list[str]) -> None:
    text, places = read("".join(pieces))
    part = parts(text, places)
    assert part == sorted(part)
    for i, place in enumerate(places):
        if place[2] != SUM:
            continue
        found = owner(text, places, i)
        assert found is None or (places[found][2] == PROJECT and abs(found - i) == 1)
        assert found is None or part[found] == part[i]
