from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from annotations import store
from annotations.errors import DataError
from annotations.scheme import Scheme
from inference.extractor import Extractor
from training import data, ship
from training.inherit import load_parent


def test_the_shipped_model_can_be_gone_on_from(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    to_go_on, to_infer = tmp_path / "training", tmp_path / "inference"
    monkeypatch.setattr(ship, "SHIPPED", to_go_on)
    monkeypatch.setattr(ship, "DEFAULT_MODEL", to_infer)
    ship.main([str(tiny_model)])
    ours, theirs = load_file(to_go_on / ship.WEIGHTS), load_file(tiny_model / ship.WEIGHTS)
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[k], theirs[k].bfloat16()) for k in ours)
    parent = load_parent(to_go_on)
    assert {p.dtype for p in parent.parameters()} == {torch.float32}
    assert torch.equal(parent.classifier.weight, ours["classifier.weight"].float())
    for name in ("lineage.json", "figures.json", "README.md"):
        assert (to_infer / name).read_bytes() == (tiny_model / name).read_bytes()
    assert Extractor.load(to_infer)("总投资3亿元。").text


def test_the_shipped_model_knows_the_reports_it_learnt_from(scheme: Scheme) -> None:
    kept, corpus = data.kept(data.SHIPPED), data.load_data([data.CORPUS], scheme)
    for part, reports in kept.parts().items():
        assert {d.id for d in reports} <= {d.id for d in corpus.parts()[part]}
    assert len(kept.train) > 1000
    assert kept.test == []


def test_reports_changed_or_added_since_are_new_to_a_model(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = data.kept(tiny_model)
    corpus = tmp_path / "corpus"
    changed, *same = old.train
    added = replace(changed, id="added")
    changed = replace(changed, meta=changed.meta | {"place": "elsewhere"})
    store.save(corpus / "all.jsonl", [added, changed, *same, *old.development])
    monkeypatch.setattr(data, "CORPUS", corpus)
    ship.pack(tiny_model, tmp_path / "packed")
    kept = data.kept(tmp_path / "packed")
    assert [d.id for d in kept.train] == [d.id for d in same]
    assert [d.id for d in kept.development] == [d.id for d in old.development]
    assert data.learnt(tmp_path / "packed", [added, same[0]]) == [same[0].id]


def test_only_trained_folders_are_shipped(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="zhaoshang train"):
        ship.pack(tmp_path, tmp_path / "out")
