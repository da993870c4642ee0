from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from annotations.errors import DataError
from inference import sources
from inference.reading import read
from inference.sources import STDIN, Source, find, local_path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "archive"
    for name in ("b.txt", "a/2.TXT", "a/1.jsonl.gz", "a/note.doc", "c/d/e.parquet", "a.html"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    return root


def names(found: object, root: Path) -> list[str]:
    return [str(Path(source.name).relative_to(root)) for source in found]


def test_folders_are_searched_recursively_in_one_order(folder: Path) -> None:
    expected = ["a/1.jsonl.gz", "a/2.TXT", "a.html", "b.txt", "c/d/e.parquet"]
    assert names(find([folder]), folder) == expected
    assert names(find([str(folder)]), folder) == expected


def test_patterns_and_files_and_standard_input(folder: Path) -> None:
    assert names(find([f"{folder}/**/*.txt"]), folder) == ["b.txt"]
    assert names(find([f"{folder}/a*"]), folder) == ["a.html"]
    assert names(find([folder / "b.txt"]), folder) == ["b.txt"]
    assert list(find(["-"])) == [Source(STDIN)]


def test_a_file_with_a_pattern_in_its_name_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "报告[1].txt"
    path.write_text("甲")
    (tmp_path / "报告1.txt").write_text("乙")
    assert names(find([path]), tmp_path) == [path.name]


def test_own_outputs_are_passed_over(folder: Path) -> None:
    own = {(folder / "a").resolve(), (folder / "b.txt").resolve()}
    assert names(find([folder], own), folder) == ["a.html", "c/d/e.parquet"]


def test_a_changed_file_is_another_source(folder: Path) -> None:
    before = list(find([folder]))
    assert list(find([folder])) == before
    (folder / "b.txt").write_text("longer than before")
    assert list(find([folder])) != before


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing.txt", "no such file or folder"),
        ("archive/a/note.doc", r"no reader for this suffix; known: \.csv"),
        ("archive/*.xyz", "no report matches"),
        ("empty", "no report in this folder"),
    ],
)
def test_what_is_not_there_is_named(folder: Path, name: str, message: str) -> None:
    (folder.parent / "empty").mkdir()
    with pytest.raises(DataError, match=message) as caught:
        list(find([folder.parent / name]))
    assert name in str(caught.value)


def test_urls_are_listed_and_copied_by_fsspec() -> None:
    fsspec = pytest.importorskip("fsspec")
    system = fsspec.filesystem("memory")
    system.pipe({"/bucket/x/1.txt": b"one", "/bucket/2.txt": b"two", "/bucket/3.doc": b""})
    (first, second) = find(["memory://bucket"])
    assert [first.name, second.name] == ["memory:///bucket/2.txt", "memory:///bucket/x/1.txt"]
    assert [source.name for source in find(["memory://bucket/*.txt"])] == [first.name]
    assert list(find([second.name])) == [second]
    with local_path(second) as path:
        assert (path.name, path.read_bytes()) == ("1.txt", b"one")
    assert not path.exists()
    with pytest.raises(DataError, match="no report there"):
        list(find(["memory://nowhere"]))
    with pytest.raises(DataError, match="cannot be opened"):
        list(find(["nonsense://x/y.txt"]))


def test_fsspec_is_asked_for_by_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "fsspec", None)
    with pytest.raises(DataError, match=r"zhaoshang\[remote\]"):
        list(find(["s3://bucket/x.txt"]))


def test_a_folder_that_cannot_be_listed_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scandir = os.scandir

    def refused(path: str) -> object:
        if str(path).endswith("/a"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refused)
    with pytest.raises(DataError, match=r"archive/a: cannot be listed: Permission denied"):
        list(find([folder]))


def test_a_file_gone_between_listing_and_looking_at_it_is_still_a_source(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = names(find([folder]), folder)
    stat = os.stat

    def gone(path: str, **options: object) -> os.stat_result:
        if str(path).endswith("b.txt"):
            raise FileNotFoundError(2, "No such file or directory")
        return stat(path, **options)

    monkeypatch.setattr(os, "stat", gone)
    found = list(find([folder]))
    monkeypatch.undo()
    assert names(found, folder) == expected
    assert Source(str(folder / "b.txt")) in found


class Store:
    """The memory file system of fsspec, made to fail so many times (None: each time)."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.system = pytest.importorskip("fsspec").filesystem("memory")
        self.failures: int | None = 0
        self.error: Exception = OSError(110, "Connection timed out")
        self.tries = 0
        opened = type(self.system)._open

        def _open(system: object, *args: object, **options: object) -> object:
            self.tries += 1
            if self.failures is None or self.tries <= self.failures:
                raise self.error
            return opened(system, *args, **options)

        monkeypatch.setattr(type(self.system), "_open", _open)
        monkeypatch.setattr(sources, "_WAITS", (0.0, 0.0))


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Store:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    store = Store(monkeypatch)
    with store.system.open("/flaky/x.txt", "wb") as file:
        file.write(b"one")
    store.tries = 0
    return store


URL = "memory:///flaky/x.txt"


@pytest.mark.parametrize(
    "error", [OSError(110, "Connection timed out"), RuntimeError("payload is not completed")]
)
def test_a_remote_file_is_tried_three_times(
    failing: Store, error: Exception, tmp_path: Path
) -> None:
    failing.failures, failing.error = 2, error
    with local_path(Source(URL)) as path:
        assert path.read_bytes() == b"one"
    assert failing.tries == 3
    assert list(tmp_path.iterdir()) == []


def test_a_store_that_goes_on_failing_ends_the_job_and_not_the_report(
    failing: Store, tmp_path: Path
) -> None:
    failing.failures = None
    with (
        pytest.raises(DataError, match=r"x\.txt: cannot be copied.*timed out.*--resume"),
        local_path(Source(URL)),
    ):
        pass
    assert failing.tries == 3
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_for_copies_ends_the_job(
    failing: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfileobj", full)
    with pytest.raises(DataError, match=rf"{tmp_path}.*No space left.*TMPDIR"):
        list(read(Source(URL)))


def test_a_remote_file_that_is_gone_is_a_record(failing: Store) -> None:
    (document,) = read(Source("memory:///flaky/gone.txt"))
    assert document.extra["error"]["type"] == "missing"
    assert failing.tries == 1
