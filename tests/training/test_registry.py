from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotations.errors import DataError
from inference.settings import ModelSettings
from tests.training.disk import full_disk
from training.registry import HISTORY, Registry


def write(folder: Path) -> None:
    ModelSettings("tiny", folder.name, {}, {}, [], [], {}).save(folder)


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    made = Registry(tmp_path / "models")
    for version in ("1", "2", "3"):
        made.add(version, write)
    return made


def aliases(registry: Registry) -> dict[str, str]:
    return {alias: e.version for e in registry.entries() for alias in e.aliases}


def test_pointing_and_going_back(registry: Registry) -> None:
    assert aliases(registry) == {}
    registry.point("1", "promoted")
    assert aliases(registry) == {"default": "1"}
    registry.point("3", "promoted")
    assert aliases(registry) == {"default": "3", "previous": "1"}
    assert registry.rollback() == ("3", "1")
    assert aliases(registry) == {"default": "1", "previous": "3"}
    lines = (registry.root / HISTORY).read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["default"] for line in lines] == ["1", "3", "1"]
    assert json.loads(lines[-1])["reason"] == "rollback"


def test_an_alias_is_a_folder_that_inference_can_name(registry: Registry) -> None:
    registry.point("2", "promoted")
    assert ModelSettings.load(registry.root / "default").version == "2"
    assert not os.path.isabs(os.readlink(registry.root / "default")), "a registry can be moved"


@given(st.lists(st.sampled_from(["1", "2", "3", "rollback"]), max_size=12))
@settings(max_examples=40)
def test_the_default_is_always_the_last_chosen(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str]
) -> None:
    registry = Registry(tmp_path_factory.mktemp("r"))
    for version in ("1", "2", "3"):
        registry.add(version, write)
    default = previous = None
    for step in steps:
        if step == "rollback":
            if previous is None:
                with pytest.raises(DataError, match="no previous model"):
                    registry.rollback()
            else:
                registry.rollback()
                default, previous = previous, default
        else:
            registry.point(step, "promoted")
            default, previous = step, (default if default != step else previous)
        found = aliases(registry)
        assert (found.get("default"), found.get("previous")) == (default, previous)


def test_only_what_the_history_records_is_promoted(registry: Registry) -> None:
    registry.add("candidate", write)
    registry.point("2", "promoted")
    registry.point("1", "promoted")
    registry.rollback()
    assert [e.version for e in registry.entries()] == ["1", "2"]
    shutil.rmtree(registry.root / "1")
    assert [e.version for e in registry.entries()] == ["2"]
    with (registry.root / HISTORY).open("a", encoding="utf-8") as file:
        file.write('{"default": "3')
    with pytest.raises(DataError, match=r"history\.jsonl:4: is no change of the default"):
        registry.entries()


def test_a_full_disk_leaves_aliases_and_history_in_agreement(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.point("1", "promoted")
    registry.point("2", "promoted")
    before = (registry.root / HISTORY).read_bytes()
    for name, write_ in (("write_text", Path.write_text), ("symlink_to", lambda *_: None)):
        with monkeypatch.context() as patch:
            patch.setattr(Path, name, full_disk(write_))
            with pytest.raises(DataError, match=r"history\.jsonl: the disk is full; make room and"):
                registry.point("3", "promoted")
        assert (registry.root / HISTORY).read_bytes() == before
        assert aliases(registry) == {"default": "2", "previous": "1"}
    with pytest.raises(DataError, match="4: the disk is full; make room and run it again"):
        registry.add("4", full_disk(write))
    assert not list(registry.root.glob("*4*"))
    registry.point("3", "promoted")
    assert aliases(registry) == {"default": "3", "previous": "2"}


def test_what_cannot_be(registry: Registry, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has no version '9'; `zhaoshang models` lists them"):
        registry.point("9", "promoted")
    with pytest.raises(DataError, match="in the registry already"):
        registry.add("1", write)
    for name in ("default", ".hidden", "a/b"):
        with pytest.raises(DataError, match="cannot be the name of a version"):
            registry.add(name, write)
    with pytest.raises(DataError, match="no previous model"):
        Registry(tmp_path / "none").rollback()
    assert Registry(tmp_path / "none").entries() == []


def test_a_failed_addition_leaves_nothing(registry: Registry) -> None:
    def fail(folder: Path) -> None:
        write(folder)
        raise OSError("disk full")

    before = sorted(registry.root.iterdir())
    with pytest.raises(OSError, match="disk full"):
        registry.add("4", fail)
    assert sorted(registry.root.iterdir()) == before
