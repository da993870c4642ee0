from copy import deepcopy
from pathlib import Path

import pytest
from hypothesis import given

from annotations.document import Document, Relation, Sentence, Span
from annotations.errors import DataError
from annotations.formats import inline
from annotations.scheme import Scheme
from tests.annotations.reports import documents, signing

MARKED = """\
=== xiangtan-2019
meta: genre=results; place=湘潭县
[project] 总投资⟦15亿元|A investment >1⟧的⟦远程塔机𬭚钢基地|PROJECT construction #1⟧开工。
[plan] 将⟦出台招商新政|M policy planned⟧，力争引资⟦60亿元|AMOUNT target received⟧。
"""


def test_a_marked_up_report_is_read() -> None:
    assert inline.loads(MARKED) == [signing()]
    assert inline.loads("\n" + MARKED.replace("\n", "\r\n\r\n")) == [signing()]


def test_plus_continues_the_line() -> None:
    (document,) = inline.loads("=== a\n[context] 甲。\n+[context] 乙。\n[context] 丙。")
    assert document.text == "甲。乙。\n丙。"
    assert [(s.start, s.end) for s in document.sentences] == [(0, 2), (2, 4), (5, 7)]


@given(documents(blank_edges=False))
def test_round_trip(document: Document) -> None:
    """Whatever stands inside the lines of a report survives."""
    document.text = document.text.replace("|", "、")
    document.sentences, document.relations, at = [], [], 0
    for line in document.text.split("\n"):
        if line.strip():
            start = at + len(line) - len(line.lstrip())
            document.sentences.append(Sentence(start, start + len(line.strip()), "context"))
        at += len(line) + 1
    document.spans = [
        s
        for s in document.spans
        if any(t.start <= s.start < s.end <= t.end for t in document.sentences)
    ]
    (read,) = inline.loads(inline.dumps([document]))

    def view(report: Document) -> list:
        pieces = [(report.text[s.start : s.end], s.kind) for s in report.sentences]
        return pieces + [
            (report.text[s.start : s.end], s.label, s.attributes) for s in report.spans
        ]

    assert view(read) == view(document)


def test_the_seeds_survive_a_round_trip(seeds: list[Document]) -> None:
    for before, after in zip(seeds, inline.loads(inline.dumps(seeds)), strict=True):
        assert [before.text[s.start : s.end] for s in before.spans] == [
            after.text[s.start : s.end] for s in after.spans
        ]
        assert before.relations == after.relations
        assert [s.kind for s in before.sentences] == [s.kind for s in after.sentences]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("[context] 甲", "1: text before the first '=== id'"),
        ("===\n[context] 甲", "1: report id '' is empty or taken"),
        ("=== a\n=== a", "2: report id 'a' is empty or taken"),
        ("=== a\nmeta: x", "2: meta entry 'x' is not key=value"),
        ("=== a\n甲", "2: expected"),
        ("=== a\n[poem] 甲", "2: kind 'poem' is none of"),
        ("=== a\n[context]  ", "2: the sentence is empty"),
        ("=== a\n\n[context] ⟦5亿元|A⟧", "3: .*role is missing"),
        ("=== a\n[context] ⟦5亿元|⟧", "2: .*names no label"),
        ("=== a\n[context] ⟦5亿元|X other⟧", "2: label 'X' names none"),
        ("=== a\n[context] ⟦5亿元|A signed⟧", "2: .*'signed' is no attribute value"),
        ("=== a\n[context] ⟦ 5亿元|A other⟧", "2: .*blank edges"),
        ("=== a\n[context] ⟦5亿元⟧", "2: .*not closed, nested or has no"),
        ("=== a\n[context] ⟦5亿元|A investment >1⟧", "2: '>1' has no '#1'"),
        ("=== a\n[project] ⟦甲|P signed #1⟧⟦乙|P signed #1⟧", "2: .*#1 already names"),
        ("=== a\n[project] ⟦5亿元|A output >1⟧⟦甲|P signed #1⟧", "2: investment_of does not go"),
        ("=== a\n[project] ⟦甲|P signed >1⟧⟦乙|P signed #1⟧", "2: no relation goes from PROJECT"),
    ],
)
def test_problems_name_file_and_line(lines: str, reason: str) -> None:
    with pytest.raises(DataError, match=f"^a.txt:{reason}"):
        inline.loads(lines, "a.txt")


def test_parse_goes_on_after_a_problem() -> None:
    reports, problems = inline.parse(MARKED + "[poem] 甲\n[verse] 乙\n")
    assert reports == [signing()]
    assert len(problems) == 2
    with pytest.raises(DataError, match="and 1 more"):
        inline.loads(MARKED + "[poem] 甲\n[verse] 乙\n")


def _with(**changes: object) -> Document:
    document = deepcopy(signing())
    for key, value in changes.items():
        setattr(document, key, value)
    return document


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (Document("a", "甲⟦"), "a mark of inline markup"),
        (Document("a", "甲"), r"text at \[0, 1\) lies in no sentence"),
        (Document("a", "甲", sentences=[Sentence(0, 1)]), "has no kind"),
        (Document("a", "甲\n乙", sentences=[Sentence(0, 3, "context")]), "line break"),
        (
            _with(sentences=[Sentence(0, 5, "plan"), Sentence(5, 37, "plan")]),
            "in no sentence|line break",
        ),
        (_with(spans=[Span(3, 7, "AMOUNT")], relations=[]), "has no role"),
        (_with(relations=[Relation("investment_of", 0, 9)]), "no index"),
    ],
)
def test_what_cannot_be_marked_up_is_refused(document: Document, reason: str) -> None:
    with pytest.raises(DataError, match=f"^report '{document.id}'.*(?:{reason})"):
        inline.dumps([document])


def test_files(tmp_path: Path, scheme: Scheme) -> None:
    path = tmp_path / "new" / "a.txt"
    inline.write(path, [signing()], scheme)
    assert inline.read(path, scheme) == [signing()]
    path.write_text("\ufeff=== a\n[poem] 甲", encoding="utf-8")
    with pytest.raises(DataError, match=r"a.txt:2: kind 'poem'"):
        inline.read(path, scheme)


def test_main_prints_problems_and_counts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "good.txt", tmp_path / "bad.txt"
    good.write_text(MARKED, encoding="utf-8")
    bad.write_text("=== a\n[poem] 甲", encoding="utf-8")
    assert inline.main([str(good)]) == 0
    assert (
        "1 reports, 2 sentences, 2 AMOUNT, 1 MEASURE, 1 PROJECT, 1 relations"
        in capsys.readouterr().out
    )
    assert inline.main([str(good), str(bad)]) == 2
    assert f"{bad}:2: kind 'poem'" in capsys.readouterr().out
