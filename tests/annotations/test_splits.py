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


def _sentences(report: str, count: int) -> list[Document]:
    return [Document(f"{report}:{i}-{i + 1}", "", {"report": report}) for i in range(count)]


def test_sentences_of_a_listed_report_go_where_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "splits.toml"
    splits.save({"train": ["r0"], "development": ["r2", "r1:1-2"], "test": ["r1"]}, path)
    documents = [*_reports(3), *_sentences("r1", 3), *_sentences("r2", 1)]
    expected = {
        "train": ["r0"],
        "development": ["r2", "r1:1-2", "r2:0-1"],  # a sentence may be listed itself
        "test": ["r1", "r1:0-1", "r1:2-3"],
    }
    assert _ids(splits.divide(documents, path=path)) == expected
    others = _sentences("elsewhere", 2)
    assert _ids(splits.listed([*documents, *others], path)) == expected


def test_a_report_and_its_sentences_are_drawn_together() -> None:
    reports = _reports(60)
    sentences = [s for d in reports for s in _sentences(d.id, 3)]
    parts = splits.divide([*sentences, *reports], path=Path("none.toml"))
    names = {part: {splits.origin(d) for d in found} for part, found in parts.items()}
    assert not names["train"] & names["development"]
    assert len(parts["train"]) == 4 * len(names["train"])
    alone = splits.divide(reports, path=Path("none.toml"))
    assert {d.id for d in alone["development"]} == names["development"]


def test_a_report_that_is_moved_takes_its_sentences_along() -> None:
    for seed in range(30):
        documents = [s for name in ("a", "b") for s in _sentences(name, 4)]
        parts = _ids(splits.divide(documents, seed, Path("none.toml")))
        assert [len(parts[part]) for part in splits.PARTS] == [4, 4, 0]
        for ids in parts.values():
            assert len({name.partition(":")[0] for name in ids}) <= 1
    one = splits.divide(_sentences("a", 4), path=Path("none.toml"))
    assert sorted(len(found) for found in one.values()) == [0, 0, 4], "it cannot be divided"


@pytest.mark.parametrize("value", [None, "", 7, ["r1"]])
def test_meta_that_names_no_report(value: object) -> None:
    assert splits.origin(Document("own", "", {"report": value})) == "own"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('training = ["a"]', "unknown part 'training'"),
        ('train = ["a"]\ntest = ["a"]', "'a' is in train and in test"),
        ('train = "a"', "train must be a list"),
        ("train = [1, 2]", "train must list report ids in quotes, not 1"),
        ("train = [", "not valid TOML"),
    ],
)
def test_bad_lists_are_refused(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "splits.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=f"splits.toml: .*{reason}"):
        splits.load(path)


def test_a_list_of_the_users_own_goes_before_the_projects(tmp_path: Path) -> None:
    frozen = next(name for name, part in splits.load().items() if part == "test")
    moved = next(name for name, part in splits.load().items() if part == "train")
    reports = [*_reports(40), Document(frozen, ""), Document(moved, "")]
    own = tmp_path / "own.toml"
    splits.save({"development": ["r0"], "test": ["r1", moved, "typo"]}, own)
    parts = _ids(splits.divide(reports, own=own))
    assert sorted(parts["test"]) == sorted(["r1", moved, frozen])
    assert "r0" in parts["development"]
    without = _ids(splits.divide(reports))
    listed = {"r0", "r1", moved}
    for part in splits.PARTS:
        assert set(parts[part]) - listed == set(without[part]) - listed
    assert splits.absent(own, reports) == ["typo"]
    assert splits.absent(own, reports, ("train",)) == []


def test_what_the_users_own_list_says_is_not_moved(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    splits.save({"train": ["r0", "r1", "r2"]}, own)
    assert _ids(splits.divide(_reports(3), own=own))["development"] == []
    assert _ids(splits.divide(_reports(4), own=own))["train"] == ["r0", "r1", "r2"]
    assert _ids(splits.divide(_reports(4), own=own))["development"] == ["r3"]


def test_a_list_of_the_users_own_must_be_of_these_reports(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.toml: no such file"):
        splits.divide(_reports(3), own=tmp_path / "none.toml")
    with pytest.raises(DataError, match="no such file"):
        splits.divide(_reports(3), own=tmp_path)
    own = tmp_path / "own.toml"
    splits.save({"test": ["other"]}, own)
    with pytest.raises(DataError, match=r"own\.toml: lists none of the reports given"):
        splits.divide(_reports(3), own=own)


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
