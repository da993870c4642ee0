from pathlib import Path

import pytest

from annotations.document import Document, Relation, Sentence, Span
from annotations.errors import DataError
from annotations.formats import brat
from annotations.scheme import Scheme
from tests.annotations.reports import signing


def _read(tmp_path: Path, scheme: Scheme, text: str, ann: str) -> Document:
    (tmp_path / "a.txt").write_bytes(text.encode())
    (tmp_path / "a.ann").write_bytes(ann.encode())
    (document,) = brat.read(tmp_path, scheme)
    return document


def test_standoff_lines(tmp_path: Path, scheme: Scheme) -> None:
    brat.write(tmp_path, [signing()], scheme)
    assert (tmp_path / "xiangtan-2019.txt").read_bytes() == signing().text.encode()
    lines = (tmp_path / "xiangtan-2019.ann").read_text(encoding="utf-8").splitlines()
    assert lines[:4] == [
        "T1\tAMOUNT 3 7\t15亿元",
        "A1\trole T1 investment",
        "T2\tPROJECT 8 16\t远程塔机𬭚钢基地",
        "A2\tstage T2 construction",
    ]
    assert "A5\trole T4 received" in lines
    assert "A6\ttarget T4" in lines
    assert "A7\tkind T5 project" in lines
    assert lines[-1] == "R1\tinvestment_of Arg1:T1 Arg2:T2"


def test_configuration_declares_what_is_written(scheme: Scheme) -> None:
    lines = brat.config(scheme).splitlines()
    assert [line for line in lines if line.startswith("[")] == [
        "[entities]",
        "[relations]",
        "[events]",
        "[attributes]",
    ]
    assert {"AMOUNT", "PROJECT", "MEASURE", "Sentence"} <= set(lines)
    assert "investment_of\tArg1:AMOUNT, Arg2:PROJECT" in lines
    assert "target\tArg:AMOUNT" in lines
    stages = "unspecified|negotiation|signed|landed|construction|production"
    assert f"stage\tArg:PROJECT, Value:{stages}" in lines


def test_a_file_of_the_tool_is_read(tmp_path: Path, scheme: Scheme) -> None:
    """Attributes before their span, CRLF, other kinds of lines, ids with holes."""
    ann = (
        "A4\trole T9 investment\r\n"
        "T9\tAMOUNT 2 5\t5亿元\r\n"
        "T2\tPROJECT 6 8\t基地\r\n"
        "R1\tinvestment_of Arg1:T9 Arg2:T2\t\r\n"
        "#1\tAnnotatorNotes T2\tsure?\r\n"
        "*\tEquiv T2 T9\r\n"
        "\r\n"
    )
    assert _read(tmp_path, scheme, "投资5亿元的基地", ann) == Document(
        "a",
        "投资5亿元的基地",
        {},
        [],
        [Span(2, 5, "AMOUNT", {"role": "investment"}), Span(6, 8, "PROJECT")],
        [Relation("investment_of", 0, 1)],
        {"brat": ["#1\tAnnotatorNotes T2\tsure?", "*\tEquiv T2 T9"]},
    )


@pytest.mark.parametrize(
    ("start", "end"), [(4, 6), (5, 7)], ids=["CRLF counted once", "as it stands"]
)
def test_line_breaks_are_counted_as_the_quotes_say(
    tmp_path: Path, scheme: Scheme, start: int, end: int
) -> None:
    document = _read(tmp_path, scheme, "前言。\r\n基地", f"T1\tPROJECT {start} {end}\t基地\n")
    assert document.spans == [Span(5, 7, "PROJECT")]
    assert document.text == "前言。\r\n基地"


def test_byte_offsets_are_converted(tmp_path: Path, scheme: Scheme) -> None:
    document = _read(tmp_path, scheme, "在建基地", "T1\tPROJECT 6 12\t基地\n")
    assert document.spans == [Span(2, 4, "PROJECT")]


def test_sentences_without_a_kind_and_ids_in_subfolders(tmp_path: Path, scheme: Scheme) -> None:
    (tmp_path / "2019").mkdir()
    (tmp_path / "2019" / "v1.2.txt").write_text("基地", encoding="utf-8")
    (tmp_path / "2019" / "v1.2.ann").write_text("T1\tSentence 0 2\t基地\n", encoding="utf-8")
    assert brat.read(tmp_path, scheme) == [
        Document("2019/v1.2", "基地", sentences=[Sentence(0, 2)])
    ]
    (alone,) = brat.read(tmp_path / "2019" / "v1.2.ann", scheme)
    assert alone.id == "v1.2"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("T1\tPROJECT 0 1;3 4\t在 地", "a.ann:2: .*several parts"),
        ("T1\tPROJECT zero 4\t在", "a.ann:2: expected 'TYPE START END'"),
        ("R1\tinvestment_of T1", "a.ann:2: expected 'TYPE Arg1"),
        ("R1\tinvestment_of Arg1:T1 Arg2:T2", "report 'a': .*names no span: 'T1'"),
        ("?\thello", "a.ann:2: unknown annotation"),
        ("T1\tPROJECT 0 2\t工厂", "report 'a': span 0 .*quotes '工厂', but '在建' stands there"),
    ],
)
def test_bad_lines_are_named(tmp_path: Path, scheme: Scheme, line: str, reason: str) -> None:
    with pytest.raises(DataError, match=reason):
        _read(tmp_path, scheme, "在建基地", f"\n{line}\n")


def test_incomplete_folders_are_named(tmp_path: Path, scheme: Scheme) -> None:
    with pytest.raises(DataError, match=r"no .ann file"):
        brat.read(tmp_path, scheme)
    (tmp_path / "a.ann").touch()
    with pytest.raises(DataError, match=r"a\.ann: a\.txt is missing"):
        brat.read(tmp_path, scheme)
    (tmp_path / "a.txt").touch()
    (tmp_path / "a.report.json").write_text("[1]", encoding="utf-8")
    with pytest.raises(DataError, match=r"a\.report\.json: not the JSON"):
        brat.read(tmp_path, scheme)
