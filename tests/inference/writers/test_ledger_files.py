"""Reports put aside until their ledger is built."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from annotations.document import Document, Span
from inference import ledger
from inference.writers.ledger_files import Spool


def test_a_spool_can_be_read_again(tmp_path: Path, documents: list[Document]) -> None:
    from annotations.store import dump_line

    with (tmp_path / "spool").open("w+b") as file:
        file.writelines(f"{dump_line(document)}\n".encode() for document in documents)
        spool = Spool(file)
        assert list(spool) == documents
        assert list(spool) == documents


def test_the_ledger_is_built_once_for_all_files(
    tmp_path: Path, documents: list[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    from inference.writers import Writers

    calls: list[int] = []
    build = ledger.build
    monkeypatch.setattr(ledger, "build", lambda reports: calls.append(1) or build(reports))
    run = Writers([tmp_path / "a.csv", tmp_path / "a.sqlite", tmp_path / "a.html"])
    for document in documents:
        run.write(document)
    run.close()
    assert calls == [1]


def test_a_lone_surrogate_reaches_no_table(write: Callable[..., Path]) -> None:
    name = "半个\ud83d字产业园"
    report = Document("one", f"{name}落户。", spans=[Span(0, len(name), "PROJECT")])
    with write("a.csv", [report]).open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.DictReader(file))["原句"].startswith("半个?字产业园")
    with sqlite3.connect(write("a.sqlite", [report])) as connection:
        assert connection.execute('SELECT start, "end" FROM evidence').fetchall() == [(0, 7)]
