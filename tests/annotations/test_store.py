from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given

from annotations import store
from annotations.document import Document
from annotations.errors import DataError
from annotations.scheme import Scheme
from tests.annotations.reports import documents, signing


@given(document=documents())
def test_line_round_trip(document: Document) -> None:
    line = store.dump_line(document)
    assert "\n" not in line
    assert store.parse_line(line.encode(), "") == document


def test_save_and_load(tmp_path: Path, scheme: Scheme) -> None:
    path = tmp_path / "new" / "reports.jsonl"
    store.save(path, [signing(), Document("b", "行1\r\n行2\u2028行3")])
    assert store.load(path, scheme=scheme) == [signing(), Document("b", "行1\r\n行2\u2028行3")]
    assert [p.name for p in path.parent.iterdir()] == ["reports.jsonl"]


def test_save_leaves_the_old_file_when_reports_fail(tmp_path: Path) -> None:
    path = tmp_path / "reports.jsonl"
    store.save(path, [signing()])

    def failing() -> Iterator[Document]:
        yield Document("b", "")
        raise RuntimeError("disk")

    with pytest.raises(RuntimeError, match="disk"):
        store.save(path, failing())
    assert [d.id for d in store.load(tmp_path)] == ["xiangtan-2019"]
    assert [p.name for p in tmp_path.iterdir()] == ["reports.jsonl"]


def test_mark_of_order_and_blank_lines_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes('\ufeff{"id": "a", "text": "文"}\r\n\r\n  \n{"id": "b", "text": ""}'.encode())
    assert [d.id for d in store.iterate(path)] == ["a", "b"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"id": "b"', "not JSON at column"),
        ('{"id": "招"}'.encode("gb18030"), "not UTF-8 at byte 8"),
        (b'{"id": "b"}', "the report has no 'text'"),
        (
            b'{"id": "b", "text": "x", "spans": [{"start": 0, "end": 2, "label": "AMOUNT"}]}',
            "outside the text",
        ),
    ],
)
def test_bad_lines_are_named(tmp_path: Path, scheme: Scheme, line: bytes, reason: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"id": "a", "text": ""}\n' + line + b"\n")
    with pytest.raises(DataError, match=f"a.jsonl:2: .*{reason}"):
        list(store.iterate(path, scheme))


def test_ids_must_be_unique_over_files(tmp_path: Path) -> None:
    for name in ("one", "two"):
        store.save(tmp_path / f"{name}.jsonl", [signing()])
    with pytest.raises(
        DataError, match=r"two.jsonl: report id 'xiangtan-2019' occurs again \(first in"
    ):
        store.load(tmp_path)


def test_find_searches_folders_in_order(tmp_path: Path) -> None:
    for name in ("b.jsonl", "a/z.jsonl", "a/note.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert [p.name for p in store.find([tmp_path])] == ["z.jsonl", "b.jsonl"]
    with pytest.raises(DataError, match="no such file or folder"):
        store.find([tmp_path / "c"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"no .jsonl file in this folder"):
        store.find([tmp_path / "empty"])


def test_iterate_names_what_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        list(store.iterate(tmp_path / "a.jsonl"))
    with pytest.raises(DataError, match="is a directory"):
        list(store.iterate(tmp_path))


def test_digest_depends_on_content_not_order() -> None:
    a, b = signing(), Document("b", "文")
    assert store.digest([a, b]) == store.digest([b, a])
    changed = signing()
    changed.spans[0].attributes["role"] = "contract"
    assert store.digest([changed, b]) != store.digest([a, b])


def test_half_a_surrogate_pair_is_refused_with_its_report(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    for bad, key in (
        (Document("b", "投\ud83d"), "text"),
        (Document("b", "投资", {"place": "\ude00"}), "meta"),
    ):
        with pytest.raises(DataError, match=rf"x\.jsonl: report 'b': .*'{key}' has half"):
            store.save(path, [Document("a", "投资"), bad])
        assert list(tmp_path.iterdir()) == []
