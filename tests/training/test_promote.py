"""What stands between a candidate and the default: the frozen test."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import onnx
import pytest
from onnx import numpy_helper

import zhaoshang
from annotations import store
from annotations.document import Document
from annotations.errors import DataError
from inference.extractor import Extractor
from inference.settings import ModelSettings
from inference.tagger import MODEL_FILE
from tests.training.disk import full_disk
from training import export as exporting
from training import promote as promotion
from training.compare import compare
from training.data import Data, frozen_test
from training.promote import examine, missing_labels, promote
from training.registry import Registry


@pytest.fixture(autouse=True)
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the shipped model would be; the tiny reports are not its field."""
    folder = tmp_path / "shipped"
    monkeypatch.setattr(promotion, "DEFAULT_MODEL", folder)
    return folder


def version_of(model: Path, folder: Path, version: str) -> Path:
    """A copy of a model under another version."""
    shutil.copytree(model, folder)
    settings = ModelSettings.load(folder)
    settings.version = version
    settings.save(folder)
    lineage = json.loads((folder / "lineage.json").read_text(encoding="utf-8"))
    lineage["weights"] = version
    (folder / "lineage.json").write_text(json.dumps(lineage), encoding="utf-8")
    return folder


@pytest.fixture
def worse(ready_model: Path, tmp_path: Path) -> Path:
    """A model that finds no amount any more."""
    folder = version_of(ready_model, tmp_path / "worse", "worse")
    network = onnx.load(folder / MODEL_FILE)
    bias = next(t for t in network.graph.initializer if t.name.endswith("classifier.bias"))
    values = numpy_helper.to_array(bias).copy()
    values[1] = -100  # B-AMOUNT
    bias.CopyFrom(numpy_helper.from_array(values, bias.name))
    onnx.save(network, folder / MODEL_FILE)
    return folder


def test_a_label_that_got_worse_is_told_apart(
    ready_model: Path, worse: Path, tiny_data: Data
) -> None:
    found = compare(ready_model, worse, tiny_data.test)
    assert found.scores["AMOUNT"].verdict == "worse"
    assert found.scores["AMOUNT"].b == 0
    assert found.scores["kind"].verdict == "even"
    assert found.a.speed > 0
    assert found.a.size == (ready_model / MODEL_FILE).stat().st_size
    assert "| AMOUNT |" in found.table()
    assert json.loads(json.dumps(found.to_dict()))["reports"] == 8
    with pytest.raises(DataError, match="no report to compare on"):
        compare(ready_model, worse, [])


def test_the_life_of_a_registry(
    ready_model: Path, worse: Path, tiny_data: Data, tmp_path: Path
) -> None:
    registry = Registry(tmp_path / "models")
    first, found = promote(ready_model, registry, tiny_data.test)
    assert found.comparison is None
    assert "there was none to compare it with" in (first / "README.md").read_text(encoding="utf-8")
    with pytest.raises(
        DataError, match=r"(?s)is not promoted:\n  - AMOUNT F1 0\.0 against .*--force"
    ):
        promote(worse, registry, tiny_data.test)
    assert registry.alias("default") == first
    assert [e.version for e in registry.entries()] == [first.name]

    equal = version_of(ready_model, tmp_path / "equal", "3000")
    second, found = promote(equal, registry, tiny_data.test)
    assert not found.objections
    assert (registry.alias("default"), registry.alias("previous")) == (second, first)
    assert "| even |" in (second / "README.md").read_text(encoding="utf-8")
    extractor = Extractor.load(registry.root / "default")
    assert extractor("总投资5亿元的宏图电池项目落户东山县。").extra["model"] == "tiny@3000"

    forced, found = promote(worse, registry, tiny_data.test, force=True)
    assert registry.alias("default") == forced
    card = (forced / "README.md").read_text(encoding="utf-8")
    assert "**Promoted by force**, although:\n- AMOUNT F1" in card
    assert registry.rollback() == ("worse", "3000")


def test_the_first_model_is_compared_with_the_shipped_one(
    ready_model: Path, worse: Path, shipped: Path, tiny_data: Data, tmp_path: Path
) -> None:
    shutil.copytree(ready_model, shipped)
    registry = Registry(tmp_path / "models")
    with pytest.raises(
        DataError, match=r"(?s)- AMOUNT F1 0\.0 against .*compared with the shipped model"
    ):
        promote(worse, registry, tiny_data.test)
    assert not registry.root.exists()
    first, found = promote(ready_model, registry, tiny_data.test)
    assert found.comparison is not None
    card = (first / "README.md").read_text(encoding="utf-8")
    assert "The first model of its registry: compared with the shipped model." in card
    assert "| even |" in card
    # From then on the default is the measure.
    equal = version_of(ready_model, tmp_path / "equal", "3000")
    _, found = promote(equal, registry, tiny_data.test)
    assert found.against == "Compared with the default model."


def test_a_first_model_with_other_labels_is_not_compared(
    ready_model: Path,
    shipped: Path,
    tiny_data: Data,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.copytree(ready_model, shipped)
    settings = ModelSettings.load(shipped)
    settings.scheme["labels"]["COMPANY"] = {"name": "企业"}
    settings.save(shipped)
    store.save(tmp_path / "test.jsonl", tiny_data.test)
    words = ["promote", ready_model, "--registry", tmp_path / "models"]
    words += ["--data", tmp_path / "test.jsonl"]
    assert zhaoshang.main([str(word) for word in words]) == 0
    said = "not compared with the shipped model, which has other labels (AMOUNT, COMPANY, MEASURE,"
    assert said in capsys.readouterr().out
    card = tmp_path / "models" / "default" / "README.md"
    assert said in card.read_text(encoding="utf-8")


def test_a_full_disk_promotes_nothing(
    ready_model: Path, tiny_data: Data, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = Registry(tmp_path / "models")
    with monkeypatch.context() as patch:
        patch.setattr(promotion.shutil, "copytree", full_disk(shutil.copytree))
        with pytest.raises(
            DataError, match=r"models/[^/]+: the disk is full; make room and run it again; nothing"
        ):
            promote(ready_model, registry, tiny_data.test)
    assert registry.entries() == []
    assert list(registry.root.iterdir()) == []
    folder, _ = promote(ready_model, registry, tiny_data.test)
    # Promoted again, its card gets a note; a card half-written would be the loss of what it says.
    before = (folder / "README.md").read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", full_disk(Path.write_text))
        with pytest.raises(DataError, match=r"README\.md: the disk is full"):
            promote(ready_model, registry, tiny_data.test)
    assert (folder / "README.md").read_bytes() == before


def test_a_full_disk_leaves_the_older_export(
    ready_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    shutil.copytree(ready_model, out)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    monkeypatch.setattr(exporting, "quantize", full_disk(lambda *files: None))
    for place in (out, tmp_path / "new"):
        with pytest.raises(DataError, match=rf"{place}: the disk is full; make room and run it"):
            exporting.export(ready_model, place)
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


def test_a_candidate_that_learnt_from_the_test_is_refused(
    ready_model: Path, tiny_data: Data, tmp_path: Path
) -> None:
    leaking = version_of(ready_model, tmp_path / "leaking", "l")
    path = leaking / "data" / "train.jsonl"
    store.save(path, [*store.load(path), tiny_data.test[0]])
    with pytest.raises(DataError, match="it has learnt from the test: report 't000'"):
        promote(leaking, Registry(tmp_path / "models"), tiny_data.test)
    assert not (tmp_path / "models").exists()
    # The training reports name projects of the development reports.
    found = examine(ready_model, None, tiny_data.development)
    assert found.objections == ("it has learnt from the test: report 'r024'",)
    near = [Document(f"x-{d.id}", d.text, spans=d.spans) for d in tiny_data.train[:3]]
    assert (
        "leaks from its training reports into the test"
        in examine(ready_model, None, near).objections[0]
    )


def test_a_candidate_that_forgot_a_label_is_refused(
    ready_model: Path, tiny_data: Data, tmp_path: Path
) -> None:
    current = version_of(ready_model, tmp_path / "current", "c")
    settings = ModelSettings.load(current)
    settings.scheme["labels"]["COMPANY"] = {"name": "企业"}
    settings.save(current)
    assert missing_labels(current, ready_model) == ["COMPANY"]
    assert missing_labels(ready_model, current) == []


def test_without_a_test_there_is_no_promotion(ready_model: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no frozen test"):
        promote(ready_model, Registry(tmp_path / "models"), [])
    with pytest.raises(DataError, match=r"has no data/train.jsonl"):
        examine(tmp_path, None, frozen_test() or store.load(ready_model / "data"))


def test_one_version_has_one_set_of_weights(
    ready_model: Path, tiny_data: Data, tmp_path: Path
) -> None:
    registry = Registry(tmp_path / "models")
    folder, _ = promote(ready_model, registry, tiny_data.test)
    other = version_of(ready_model, tmp_path / "other", folder.name)
    with pytest.raises(DataError, match="is in the registry with other weights"):
        promote(other, registry, tiny_data.test)
