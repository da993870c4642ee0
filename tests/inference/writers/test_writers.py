"""The registry: which names are refused, and what is on disk when a run ends well or badly."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from annotations import store
from annotations.document import Document
from annotations.errors import DataError
from inference import writers
from inference.writers import SUFFIXES, JsonlWriter, Writers, ledger_files, open_writer

ALL = [f"ledger{suffix}" for suffix in SUFFIXES]


def test_several_outputs_in_one_run(tmp_path: Path, documents: list[Document]) -> None:
    paths = [tmp_path / "new" / "folder" / name for name in ALL]
    run = Writers(paths)
    for document in documents:
        run.write(document)
        assert not any(path.exists() for path in paths)
    run.close()
    assert sorted(paths[0].parent.iterdir()) == sorted(paths)
    assert store.load(paths[0]) == documents


def test_giving_up_leaves_nothing_and_keeps_what_was_there(
    tmp_path: Path, documents: list[Document]
) -> None:
    paths = [tmp_path / name for name in ALL]
    paths[2].write_text("of before")
    run = Writers(paths)
    run.write(documents[0])
    run.abort()
    assert list(tmp_path.iterdir()) == [paths[2]]
    assert paths[2].read_text() == "of before"


@pytest.mark.parametrize("name", ALL)
def test_no_reports_make_an_empty_file(name: str, write: Callable[..., Path]) -> None:
    assert write(name, []).exists()


@pytest.mark.parametrize("name", [name for name in ALL if not name.endswith(".xlsx")])
def test_the_same_reports_make_the_same_file(name: str, write: Callable[..., Path]) -> None:
    """All but a workbook, which says when it was made."""
    assert write(name).read_bytes() == write(f"again{Path(name).suffix}").read_bytes()


@pytest.mark.parametrize(
    ("name", "said"),
    [("ledger.doc", "no writer for '.doc'"), ("ledger", "a name without suffix")],
)
def test_an_unknown_suffix_is_refused_with_the_known_ones(
    name: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match=said) as error:
        open_writer(tmp_path / name)
    assert ".jsonl, .csv, .parquet, .xlsx, .sqlite, .html" in str(error.value)


def test_a_folder_a_file_as_folder_and_the_same_name_twice_are_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(DataError, match=r"folder\.html: is a folder"):
        open_writer(tmp_path / "folder.html")
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="its folder cannot be made"):
        open_writer(tmp_path / "file" / "ledger.csv")
    with pytest.raises(DataError, match="named twice"):
        Writers([tmp_path / "a.csv", tmp_path / "." / "a.csv"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder.html"]


def test_a_place_without_permission_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As root every place can be written, so the answer of the system is played.
    monkeypatch.setattr(writers.os, "access", lambda *_: False)
    with pytest.raises(DataError, match=r"ledger\.csv: cannot be written; choose another place"):
        open_writer(tmp_path / "ledger.csv")


def test_an_output_that_fails_to_open_leaves_no_other_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ledger_files.tempfile, "TemporaryFile", full)
    with pytest.raises(DataError, match="No space left"):
        Writers([tmp_path / "a.jsonl", tmp_path / "b.csv"])
    assert list(tmp_path.iterdir()) == []


def test_a_missing_package_is_named_with_its_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ledger_files.FORMATS, ".xlsx", "package_that_is_not_there")
    with pytest.raises(DataError, match=r"package_that_is_not_there; pip install 'zhaoshang\[tab"):
        open_writer(tmp_path / "ledger.xlsx")


def test_one_table_that_fails_does_not_take_the_others_along(
    tmp_path: Path, documents: list[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    from inference.writers import csv_table

    def broken(path: Path, *_: object) -> None:
        path.write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(csv_table, "write", broken)
    run = Writers([tmp_path / "a.csv", tmp_path / "b.sqlite", tmp_path / "c.jsonl"])
    for document in documents:
        run.write(document)
    with pytest.raises(DataError, match=r"a\.csv: could not be written: No space left"):
        run.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.sqlite", "c.jsonl"]


@pytest.mark.parametrize("step", ["write", "close"])
def test_a_full_disk_is_said_and_leaves_nothing_half_done(
    step: str, tmp_path: Path, documents: list[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    run = Writers([tmp_path / "a.jsonl", tmp_path / "b.csv"])
    monkeypatch.setattr(JsonlWriter, step, full)

    def write_all() -> None:
        for document in documents:
            run.write(document)
        run.close()

    with pytest.raises(DataError, match="No space left"):
        write_all()
    run.abort()
    assert [path.name for path in tmp_path.iterdir()] == (["b.csv"] if step == "close" else [])


def test_every_format_has_a_writer() -> None:
    assert set(writers.SUFFIXES) == {".jsonl", *ledger_files.FORMATS}
