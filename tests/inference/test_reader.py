"""Documents parsed in a process of their own; the functions here run in it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from annotations import store
from annotations.errors import DataError, ZhaoshangError
from inference import engines
from inference.batch import Job, Outcome, run
from inference.engines import reader
from inference.engines.reader import Reader
from inference.engines.work import Setup
from inference.limits import Limits
from inference.readers import RawReport
from inference.sources import Source

PAGE = "<html><body><article><p>{}</p></article></body></html>"


def deadly(source: Source, path: Path, columns: object, limits: Limits) -> list[RawReport]:
    """Files that say so end the process: once, or always; are missed by signals; or need what is not there."""
    text = path.read_text("utf-8")
    scar = path.with_name("scar")
    if "鬼" in text or ("once" in text and not scar.exists()):
        scar.touch()
        os._exit(11)
    if "hang" in text:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
        time.sleep(60)
    if "package" in text:
        raise DataError("install it", "a.html")
    return [RawReport(path.stem, text)]


@pytest.fixture
def documents() -> Iterator[Reader]:
    with Reader(deadly) as documents:
        yield documents


def ask(documents: Reader, path: Path, text: str, limits: Limits | None = None) -> tuple[str, str]:
    """The kind of error, if any, and text or message of the only item."""
    path.write_text(text, "utf-8")
    (item,) = documents(Source(str(path)), path, None, limits or Limits())
    return getattr(item, "type", ""), item.text if isinstance(item, RawReport) else item.message


def test_a_document_that_ends_its_reader_is_a_record_and_the_next_is_read(
    documents: Reader, tmp_path: Path
) -> None:
    kind, message = ask(documents, tmp_path / "a.html", "鬼")
    assert kind == "crash"
    assert "a.html" in message
    assert ask(documents, tmp_path / "b.html", "项目") == ("", "项目")


def test_a_reader_killed_from_outside_is_begun_anew(documents: Reader, tmp_path: Path) -> None:
    assert ask(documents, tmp_path / "a.html", "once") == ("", "once")


def test_a_parser_that_no_signal_ends_is_ended(
    documents: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "_GRACE", 0.2)
    kind, message = ask(documents, tmp_path / "a.html", "hang", Limits(seconds=0.1))
    assert kind == "timeout"
    assert "--report-timeout" in message
    monkeypatch.undo()
    assert ask(documents, tmp_path / "b.html", "项目", Limits(seconds=5)) == ("", "项目")


def test_what_stops_the_job_is_raised_here(documents: Reader, tmp_path: Path) -> None:
    with pytest.raises(ZhaoshangError, match=r"a\.html: install it"):
        ask(documents, tmp_path / "a.html", "package")


def test_a_job_survives_a_document_that_ends_its_reader(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in").mkdir()
    for name, text in (("a", "项目开工。"), ("b", "鬼"), ("c", "基地落户。")):
        (tmp_path / "in" / f"{name}.html").write_text(text, "utf-8")
    monkeypatch.setattr(engines, "Reader", partial(Reader, deadly))
    out = tmp_path / "out.jsonl"
    outcome, summary = run(Job([tmp_path / "in"], [out], Setup(tiny), workers=1))
    assert (outcome, summary.errors) == (Outcome.FAILURES, {"crash": 1})
    assert [document.text for document in store.iterate(out)] == ["项目开工。", "", "基地落户。"]


def test_documents_are_read_the_same_there_as_here(tmp_path: Path) -> None:
    pytest.importorskip("trafilatura")
    path = tmp_path / "a.html"
    path.write_text(PAGE.format("某县引进新能源项目，总投资3亿元。" * 9), "utf-8")
    question = (Source(str(path)), path, None, Limits())
    with Reader() as documents:
        assert documents(*question) == list(reader.parse(*question))
