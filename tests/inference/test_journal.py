from __future__ import annotations

import errno
from collections import Counter
from io import FileIO
from pathlib import Path

import pytest

from annotations.errors import DataError
from inference import journal as journals
from inference.journal import Journal, Progress, folder_of
from inference.parts import Position
from inference.summary import Summary

JOB = {"inputs": "3 files", "model": "tiny@1"}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out.jsonl"


def figures(reports: int) -> Summary:
    return Summary(reports, 10 * reports, Counter(AMOUNT=1), Counter(json=1), ["bad"], 0.5)


def started(out: Path) -> None:
    journal = Journal(out, JOB)
    journal.append(b"one\n", Position(0, 2), figures(2))
    journal.append(b"two\n", Position(1, 1), figures(1))
    journal.close()


def test_progress_is_read_back_as_it_was_written() -> None:
    progress = Progress(Position(3, 4), 99, True, figures(5))
    assert Progress.from_dict(progress.to_dict()) == progress


def test_a_resumed_job_goes_on_where_it_was(out: Path) -> None:
    started(out)
    journal = Journal(out, JOB, resume=True)
    assert journal.progress.position == Position(1, 1)
    assert journal.progress.summary.reports == 3
    assert journal.progress.summary.errors == Counter(json=2)
    journal.append(b"three\n", Position(2, 0), figures(1))
    journal.close()
    assert journal.reports.read_bytes() == b"one\ntwo\nthree\n"


@pytest.mark.parametrize("rest", [b"", b"half a li", b"a line too many\n"])
def test_what_was_written_but_not_noted_is_cut_off(out: Path, rest: bytes) -> None:
    started(out)
    with (folder_of(out) / "reports.jsonl").open("ab") as file:
        file.write(rest)
    journal = Journal(out, JOB, resume=True)
    journal.append(b"three\n", Position(2, 0), figures(1))
    journal.close()
    assert journal.reports.read_bytes() == b"one\ntwo\nthree\n"


def test_an_unfinished_job_is_not_overwritten_unasked(out: Path) -> None:
    started(out)
    with pytest.raises(DataError, match=r"3 reports done.*--resume.*--fresh"):
        Journal(out, JOB)
    journal = Journal(out, JOB, fresh=True)
    assert journal.progress == Progress()
    assert journal.reports.read_bytes() == b""


def test_a_job_that_did_nothing_leaves_nothing(out: Path) -> None:
    Journal(out, JOB).close()
    assert list(out.parent.iterdir()) == []


def test_a_job_killed_before_it_did_anything_is_in_nobodys_way(out: Path) -> None:
    Journal(out, JOB)
    assert folder_of(out).exists()
    journal = Journal(out, JOB | {"model": "other@2"})
    assert journal.progress == Progress()


def test_another_job_is_not_resumed(out: Path) -> None:
    started(out)
    with pytest.raises(DataError, match="differs from this one in its model;"):
        Journal(out, JOB | {"model": "other@2"}, resume=True)


def test_a_damaged_journal_says_so(out: Path) -> None:
    started(out)
    (folder_of(out) / "progress.json").write_text("{")
    with pytest.raises(DataError, match=r"progress\.json: cannot be read.*--fresh"):
        Journal(out, JOB, resume=True)


def test_a_full_disk_keeps_what_was_done(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(out, JOB)
    journal.append(b"one\n", Position(0, 2), figures(2))

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(DataError, match="No space left on device; make room"):
        journal.append(b"two\n", Position(0, 4), figures(2))
    monkeypatch.undo()
    journal.close()
    journal = Journal(out, JOB, resume=True)
    journal.close()
    assert journal.progress.position == Position(0, 2)
    assert journal.reports.read_bytes() == b"one\n"


def test_a_complete_job_has_no_journal(out: Path) -> None:
    started(out)
    journal = Journal(out, JOB, resume=True)
    journal.complete()
    journal.close()
    journal.remove()
    assert list(out.parent.iterdir()) == []


class Full(FileIO):
    """A file on a disk that fills up in the middle of what is written."""

    def write(self, data: bytes) -> int:
        if b"two" in bytes(data):
            super().write(bytes(data)[:2])
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(data)


def test_a_disk_that_fills_up_is_said_once_and_closing_tries_nothing(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "FileIO", Full)
    journal = Journal(out, JOB)
    journal.append(b"one\n", Position(0, 2), figures(2))
    with pytest.raises(DataError, match=r"out\.jsonl\.run: .*No space left.*--resume"):
        journal.append(b"two\n", Position(0, 4), figures(2))
    journal.close()
    assert journal.reports.read_bytes() == b"one\ntw"
    monkeypatch.undo()
    journal = Journal(out, JOB, resume=True)
    journal.append(b"two\n", Position(0, 4), figures(2))
    journal.close()
    assert journal.reports.read_bytes() == b"one\ntwo\n"


def test_what_is_taken_in_parts_is_written_whole(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Sparing(FileIO):
        def write(self, data: bytes) -> int:
            return super().write(bytes(data)[:3])

    monkeypatch.setattr(journals, "FileIO", Sparing)
    journal = Journal(out, JOB)
    journal.append("总投资3亿元\n".encode(), Position(0, 1), figures(1))
    journal.close()
    assert journal.reports.read_text("utf-8") == "总投资3亿元\n"


@pytest.mark.parametrize("step", ["begin", "complete", "remove"])
def test_a_full_disk_at_any_step_is_an_error_that_names_the_folder(
    out: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def full(*args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    if step != "begin":
        journal = Journal(out, JOB)
        journal.append(b"one\n", Position(0, 1), figures(1))
    monkeypatch.setattr("os.replace", full)
    with pytest.raises(DataError, match=r"out\.jsonl\.run: .*No space left.*--resume"):
        Journal(out, JOB) if step == "begin" else getattr(journal, step)()
    monkeypatch.undo()
    if step != "begin":
        journal.close()
        assert Journal(out, JOB, resume=True).progress.position == Position(0, 1)


def test_a_journal_that_lost_reports_says_so(out: Path) -> None:
    started(out)
    (folder_of(out) / "reports.jsonl").write_bytes(b"one\n")
    with pytest.raises(DataError, match=r"reports\.jsonl: has 4 bytes of the 8 noted.*--fresh"):
        Journal(out, JOB, resume=True)
