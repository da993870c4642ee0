from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from inference import readers
from inference.limits import Limits
from inference.reading import read
from inference.sources import Source, find


def of(path: Path, **options: object) -> list:
    (source,) = find([path])
    return list(read(source, **options))


def error(document: object) -> tuple[str, str]:
    record = document.extra["error"]
    return record["type"], record["message"]


def test_a_report_has_id_text_and_meta(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("某县引进项目。", encoding="gb18030")
    (document,) = of(tmp_path / "a.txt")
    assert (document.id, document.text) == ("a", "某县引进项目。")
    assert document.meta == {"encoding": "gb18030"}


@pytest.mark.parametrize("size", [11, 100])
def test_a_long_report_is_an_error_read_or_not(tmp_path: Path, size: int) -> None:
    (tmp_path / "a.txt").write_text("项" * size)
    (document,) = of(tmp_path / "a.txt", limits=Limits(characters=10))
    kind, message = error(document)
    assert kind == "length"
    assert "--max-chars" in message
    assert document.text == ""


def test_a_report_of_just_the_length_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("𠮷" * 10)
    (document,) = of(tmp_path / "a.txt", limits=Limits(characters=10))
    assert document.text == "𠮷" * 10


@pytest.mark.parametrize(
    "trouble", [RecursionError("deep"), KeyError("x"), OSError(5, "I/O error")]
)
def test_a_reader_that_fails_is_an_error_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    def fail(path: Path):
        raise trouble
        yield

    monkeypatch.setitem(readers._READERS, ".html", fail)
    (tmp_path / "a.html").write_text("x")
    (document,) = of(tmp_path / "a.html")
    assert error(document)[0] == "damaged"
    assert "a.html" in error(document)[1]


def test_a_reader_that_hangs_is_an_error_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hang(path: Path):
        while True:
            pass
        yield

    monkeypatch.setitem(readers._READERS, ".html", hang)
    (tmp_path / "a.html").write_text("x")
    (document,) = of(tmp_path / "a.html", limits=Limits(seconds=0.05))
    assert error(document)[0] == "timeout"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            b'\xef\xbb\xbf \n{"id": "x", "text": "a"}\n{"text": "b"}\n',
            [("x", "a"), ("stdin:3", "b")],
        ),
        ("某县\n引进项目".encode("gb18030"), [("stdin", "某县\n引进项目")]),
    ],
)
def test_standard_input_is_json_lines_or_one_text(
    monkeypatch: pytest.MonkeyPatch, data: bytes, expected: list
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(data))))
    assert [(d.id, d.text) for d in read(Source("-"))] == expected


@pytest.mark.parametrize(
    ("data", "kind"), [(b"", "empty"), (b"x" * 100, "length"), (b"\xff", "encoding")]
)
def test_standard_input_that_cannot_be_read(
    monkeypatch: pytest.MonkeyPatch, data: bytes, kind: str
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(data))))
    (document,) = read(Source("-"), limits=Limits(characters=10))
    assert error(document)[0] == kind


def test_a_file_that_is_gone_is_an_error_record(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "x"}\n')
    (source,) = find([path])
    path.unlink()
    (document,) = read(source)
    kind, message = error(document)
    assert kind == "missing"
    assert "a.jsonl" in message


@pytest.mark.parametrize("suffix", [".html", ".htm", ".docx", ".pdf"])
def test_a_document_too_big_to_be_parsed_is_not_even_opened(suffix: str) -> None:
    (document,) = read(Source(f"nowhere/a{suffix}", size=1 << 30))
    kind, message = error(document)
    assert kind == "length"
    assert "--max-chars" in message
    (document,) = read(Source(f"nowhere/a{suffix}", size=1 << 24), limits=Limits(characters=10))
    assert error(document)[0] == "missing"  # small enough for its markup and pictures


def test_documents_and_nothing_else_go_to_the_reader_given(tmp_path: Path) -> None:
    for name in ("a.html", "b.txt"):
        (tmp_path / name).write_text("项目")
    asked = []

    def documents(source: Source, path: Path, *args: object) -> list:
        asked.append(path.name)
        return [readers.RawReport("x", "y")]

    found = [d.text for s in find([tmp_path]) for d in read(s, documents=documents)]
    assert (asked, found) == (["a.html"], ["y", "项目"])
