"""The corpus of the repository: agreement, frozen lists, and a data card that says what is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from annotations import splits, stats, store
from annotations.agreement import compare_all
from annotations.document import Document
from annotations.scheme import Scheme

DATA = splits.DEFAULT_PATH.parent
SECOND = DATA.parent / "second"
#: Least exact F1 of two annotators, in percent.
TARGETS = {"AMOUNT": 99, "PROJECT": 95, "MEASURE": 90}


@pytest.fixture(scope="module")
def corpus(scheme: Scheme) -> list[Document]:
    return store.load(DATA, scheme=scheme)


def _pairs() -> list[Path]:
    return sorted(SECOND.glob("*-first.jsonl"))


@pytest.mark.parametrize("first", _pairs(), ids=lambda path: path.stem)
def test_two_annotators_agree_as_well_as_they_must(first: Path, scheme: Scheme) -> None:
    second = first.with_name(first.name.replace("-first", ""))
    mine, theirs = store.load(first, scheme=scheme), store.load(second, scheme=scheme)
    assert {d.id for d in mine} == {d.id for d in theirs}
    reached = {k: 100 * t.f1 for k, t in compare_all(mine, theirs, scheme).spans.items()}
    assert {k: f1 for k, f1 in reached.items() if f1 < TARGETS[k]} == {}
    assert reached.keys() == TARGETS.keys()


def test_enough_sentences_are_annotated_twice(corpus: list[Document]) -> None:
    first = [d for path in _pairs() for d in store.iterate(path)]
    assert sum(len(d.sentences) for d in first) >= 400
    texts = {d.id: d.text for d in corpus}
    assert all(texts[d.id] == d.text for d in first)


def test_every_report_is_in_a_frozen_part(corpus: list[Document]) -> None:
    assert {d.id for d in corpus} - splits.load().keys() == set()


def test_the_data_card_counts_what_is_there(corpus: list[Document], scheme: Scheme) -> None:
    """Regenerate with ``zhaoshang annotate stats annotations/data``, also ``--by`` each axis."""
    card = (DATA / "README.md").read_text(encoding="utf-8")
    section = card.partition("\n## Counts\n")[2].partition("\n## ")[0]
    tables = [table.strip() for table in re.findall(r"(?:^\|.*\n?)+", section, re.MULTILINE)]
    axes = [table.split("|")[1].strip() for table in tables]
    assert axes[:2] == ["what", "attribute"]
    assert len(axes) == len(set(axes))
    assert {"genre", "region", "industry", "length", "register", "year", "script"} <= set(axes)
    assert tables[:2] == stats.summary(corpus, scheme).split("\n\n")
    for axis, table in zip(axes[2:], tables[2:], strict=True):
        assert table == stats.by_axis(corpus, axis, scheme), axis
