from pathlib import Path

import pytest

from annotations.document import Document, Span
from annotations.errors import DataError
from annotations.formats import hf
from annotations.scheme import Scheme
from tests.annotations.reports import signing

datasets = pytest.importorskip("datasets", reason="the train extra brings datasets")


def test_attributes_are_typed_columns(tmp_path: Path, scheme: Scheme) -> None:
    hf.write(tmp_path / "x", [signing()], scheme)
    (row,) = datasets.load_from_disk(str(tmp_path / "x"))
    assert row["spans"][3]["attributes"] == {
        "role": "received",
        "target": True,
        "stage": None,
        "category": None,
        "planned": None,
    }


def test_values_that_fit_no_column_are_kept(tmp_path: Path, scheme: Scheme) -> None:
    span = Span(0, 1, "AMOUNT", {"role": True, "mood": {"x": 1}}, extra={"note": "?"})
    document = Document("a", "亿", spans=[span])
    hf.write(tmp_path / "x", [document], scheme)
    assert hf.read(tmp_path / "x", scheme) == [document]


def test_all_splits_are_read(tmp_path: Path, scheme: Scheme) -> None:
    for name in ("a", "b"):
        hf.write(tmp_path / name, [Document(name, "基地")], scheme)
    parts = {name: datasets.load_from_disk(str(tmp_path / name)) for name in ("a", "b")}
    datasets.DatasetDict(parts).save_to_disk(str(tmp_path / "both"))
    assert [d.id for d in hf.read(tmp_path / "both", scheme)] == ["a", "b"]


def test_other_folders_and_rows_are_named(tmp_path: Path, scheme: Scheme) -> None:
    with pytest.raises(DataError, match="not a dataset folder"):
        hf.read(tmp_path, scheme)
    datasets.Dataset.from_list([{"words": ["a"]}]).save_to_disk(str(tmp_path / "x"))
    with pytest.raises(DataError, match="row 0: the report has no 'id'"):
        hf.read(tmp_path / "x", scheme)


def test_without_the_package_the_extra_is_named(
    tmp_path: Path, scheme: Scheme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "datasets", None)
    with pytest.raises(DataError, match=r"zhaoshang\[train\]"):
        hf.write(tmp_path / "x", [], scheme)
