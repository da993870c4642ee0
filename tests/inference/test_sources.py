from __future__ import annotations

from pathlib import Path

import pytest

from annotations.errors import DataError
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
