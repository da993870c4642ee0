from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations import splits
from annotations.document import Document
from annotations.errors import DataError


def _reports(count: int) -> list[Document]:
    regions = ["华北", "华东", "华南"]
    return [Document(f"r{i}", "", {"region": regions[i % 3]}) for i in range(count)]


def _ids(parts: dict[str, list[Document]]) -> dict[str, list[str]]:
    return {part: [d.id for d in reports] for part, reports in parts.items()}


@given(st.integers(0, 60), st.integers(0, 5))
def test_every_report_is_in_one_part(count: int, seed: int) -> None:
    parts = _ids(splits.divide(_reports(count), seed, Path("none.toml")))
    assert sorted(name for ids in parts.values() for name in ids) == sorted(
        f"r{i}" for i in range(count)
    )
    assert parts["test"] == []
    if count > 1:
        assert parts["train"]
        assert parts["development"]


def test_a_new_report_moves_no_other() -> None:
    before = _ids(splits.divide(_reports(80), path=Path("none.toml")))
    after = _ids(splits.divide(_reports(81), path=Path("none.toml")))
    assert all(set(before[part]) <= set(after[part]) for part in splits.PARTS)
    assert 4 <= len(before["development"]) <= 24  # about 15 %


def test_listed_reports_go_where_the_list_says(tmp_path: Path) -> None:
    path = tmp_path / "splits.toml"
    splits.save({"train": ["r0"], "development": ["r2"], "test": ["r1", 'odd "id"']}, path)
    assert splits.load(path) == {
        "r0": "train",
        "r2": "development",
        "r1": "test",
        'odd "id"': "test",
    }
    parts = _ids(splits.divide(_reports(3), path=path))
    assert parts == {"train": ["r0"], "development": ["r2"], "test": ["r1"]}
    splits.save({"train": ["r1"]}, path)  # saving again is seen at once
    assert splits.load(path) == {"r1": "train"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('training = ["a"]', "unknown part 'training'"),
        ('train = ["a"]\ntest = ["a"]', "'a' is in train and in test"),
        ('train = "a"', "train must be a list"),
        ("train = [", "not valid TOML"),
    ],
)
def test_bad_lists_are_refused(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "splits.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=f"splits.toml: .*{reason}"):
        splits.load(path)


@given(
    st.integers(20, 90),
    st.integers(0, 10),
    st.integers(0, 10),
    st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=3),
)
def test_proposed_parts_have_their_sizes(
    count: int, development: int, test: int, pairs: list[tuple[int, int]]
) -> None:
    together = [(f"r{a}", f"r{b}") for a, b in pairs]
    bound = {name for pair in together for name in pair}
    sizes = {"development": min(development, 7), "test": min(test, 7)}
    parts = splits.propose(_reports(count), sizes, together=together)
    assert len(parts["test"]) == sizes["test"]
    assert len(parts["development"]) == sizes["development"]
    assert sorted(parts["train"] + parts["development"] + parts["test"]) == sorted(
        f"r{i}" for i in range(count)
    )
    assert bound <= set(parts["train"])


def test_proposed_parts_are_stratified() -> None:
    reports = _reports(90)
    region = {d.id: d.meta["region"] for d in reports}
    parts = splits.propose(reports, {"development": 9, "test": 15})
    for part, share in (("development", 3), ("test", 5)):
        found = [region[name] for name in parts[part]]
        assert all(abs(found.count(r) - share) <= 1 for r in set(region.values()))


def test_too_few_free_reports_are_refused() -> None:
    with pytest.raises(DataError, match=r"5 reports are wanted .*, 4 are free"):
        splits.propose(_reports(4), {"development": 2, "test": 3})


def test_frozen_lists_name_reports_of_the_corpus() -> None:
    """The repository's own lists hold no id that its data lacks."""
    from annotations import store

    folder = splits.DEFAULT_PATH.parent
    known = {d.id for file in folder.glob("*.jsonl") for d in store.iterate(file)}
    assert splits.load().keys() <= known
