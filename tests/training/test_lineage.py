"""Where a model comes from, through all the models between it and its base."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from annotations import scheme as schemes
from training.card import OTHER_DATA, OWN_BASE, OWN_DATA, model_card
from training.config import TrainConfig
from training.data import Data
from training.inherit import load_parent
from training.lineage import FILE_NAME, ancestors, base_of, lineage, read
from training.train import train


@pytest.fixture(scope="module")
def family(
    tiny_model: Path,
    tiny_data: Data,
    tiny_config: TrainConfig,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A model ``child`` continued from `tiny_model`, and ``grandchild`` from that, in one folder."""
    folder = tmp_path_factory.mktemp("family")
    config = tiny_config.override({"epochs": 1, "replay": 1.0})
    few = Data(tiny_data.train[:6], tiny_data.development[:2], [])
    parent = tiny_model
    for name in ("child", "grandchild"):
        train(few, config, folder / name, name=name, quiet=True, parent=parent)
        parent = folder / name
    return folder


def test_a_grandchild_knows_its_base(family: Path, tiny_model: Path) -> None:
    base, child, found = (read(f) for f in (tiny_model, family / "child", family / "grandchild"))
    assert found["base"] is None
    assert found["parent"]["model"] == child["model"]
    assert found["parent"]["weights"] == child["weights"]
    assert found["parent"]["parent"]["weights"] == base["weights"]
    assert ancestors(found) == [child["model"], base["model"]]
    assert base_of(found) == found["parent"]["base"] == base["base"]
    card = (family / "grandchild" / "README.md").read_text(encoding="utf-8")
    assert "Base weights: those of tiny, under that model's own licence" in card
    assert f"continued from {child['model']}, itself from {base['model']}" in card
    assert f"base: tiny, sha256 `{base['base']['sha256'][:16]}…`" in card


def test_a_great_grandchild_has_the_licences_of_the_own_base(
    family: Path, tiny_data: Data, tiny_config: TrainConfig, tmp_path: Path
) -> None:
    for path in (family / "grandchild").iterdir():
        if path.is_file():
            (tmp_path / path.name).symlink_to(path)
    record = read(family / "grandchild")
    record["parent"]["base"] = None
    record["parent"]["parent"]["base"] = {"name": "base", "own": True}
    (tmp_path / FILE_NAME).unlink()
    (tmp_path / FILE_NAME).write_text(json.dumps(record), encoding="utf-8")
    scheme = schemes.load()
    found = lineage(load_parent(tmp_path), tiny_data, scheme, tiny_config, tmp_path)
    assert found["parent"]["base"] == {"name": "base", "own": True}
    assert len(ancestors(found)) == 3
    figures = {"name": "m", "version": "1", "data": found["data"], "lineage": found, "leaks": 0}
    assert f"{OWN_BASE} {OWN_DATA}" in model_card(figures, tiny_config, scheme)


def test_where_the_base_is_lost_the_licence_is_the_parents(
    tiny_config: TrainConfig, family: Path
) -> None:
    record = read(family / "child") | {"base": None, "parent": {"model": "old@1", "base": None}}
    assert base_of(record) is None
    assert base_of({}) is None
    figures = {"name": "m", "version": "1", "data": record["data"], "lineage": record, "leaks": 0}
    card = model_card(figures, tiny_config, schemes.load())
    assert f"those of old@1, under that model's own licence. {OTHER_DATA}" in card
