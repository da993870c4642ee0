from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto

from annotations.document import Document
from annotations.errors import DataError
from inference.extractor import Extractor
from inference.settings import ModelSettings
from inference.tagger import HALF_FILE, MODEL_FILE, OnnxTagger
from training import export as exports
from training.data import kept
from training.export import HALF_TOLERANCE, difference, export
from training.model import ReportTagger

INT64 = TensorProto.INT64


@pytest.fixture(scope="module")
def exported(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny model in single and in half precision."""
    return export(tiny_model, tmp_path_factory.mktemp("half") / "out", int8=False, half=True)


@pytest.fixture
def half(exported: Path, tmp_path: Path) -> Path:
    """The half-precision network alone, under the name that the CPU takes."""
    shutil.copy(exported / HALF_FILE, tmp_path / MODEL_FILE)
    return tmp_path


def test_half_precision_is_only_written_when_asked_for(tiny_model: Path, tmp_path: Path) -> None:
    assert not (export(tiny_model, tmp_path / "out", int8=False) / HALF_FILE).exists()


def test_weights_are_halved_and_scores_stay_single(exported: Path, half: Path) -> None:
    graph = onnx.load(half / MODEL_FILE).graph
    kinds = {tensor.data_type for tensor in graph.initializer if tensor.dims}
    assert TensorProto.FLOAT16 in kinds
    assert TensorProto.FLOAT not in kinds
    assert {each.type.tensor_type.elem_type for each in graph.output} == {TensorProto.FLOAT}
    assert {each.type.tensor_type.elem_type for each in graph.input} == {INT64}
    whole = onnx.load(exported / MODEL_FILE).graph
    sizes = [
        sum(len(t.raw_data) for t in g.initializer if t.data_type != INT64) for g in (graph, whole)
    ]
    assert 2 * sizes[0] == sizes[1] > 0


def test_scores_in_half_precision_agree_but_for_rounding(
    tiny_model: Path, exported: Path, half: Path
) -> None:
    model = ReportTagger.from_pretrained(tiny_model)
    assert difference(model, OnnxTagger(half, device="cpu")) < HALF_TOLERANCE
    ids = np.random.default_rng(3).integers(5, model.config.vocab_size, (2, 30))
    rough, exact = (OnnxTagger(f, device="cpu")(ids, np.ones_like(ids)) for f in (half, exported))
    for name, scores in rough.items():
        assert scores.dtype == np.float32
        np.testing.assert_allclose(scores, exact[name], atol=0.05)
    # It is another network: where the converter did nothing, scores would be the same.
    assert any(not np.array_equal(rough[name], exact[name]) for name in rough)


def test_half_precision_comes_beside_int8(tiny_model: Path, exported: Path, tmp_path: Path) -> None:
    out = export(tiny_model, tmp_path / "out", half=True)
    operators = {node.op_type for node in onnx.load(out / MODEL_FILE).graph.node}
    assert "MatMulInteger" in operators or "DynamicQuantizeMatMul" in operators
    assert (out / HALF_FILE).read_bytes() == (exported / HALF_FILE).read_bytes()


@pytest.mark.parametrize("factor", [1.5, np.inf, np.nan])
def test_a_half_network_that_reads_otherwise_is_not_exported(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, factor: float
) -> None:
    halve = exports.halve

    def wrong(source: Path, target: Path) -> None:
        halve(source, target)
        network = onnx.load(target)
        weights = next(t for t in network.graph.initializer if "classifier.bias" in t.name)
        values = onnx.numpy_helper.to_array(weights) + np.float16(factor)
        weights.CopyFrom(onnx.numpy_helper.from_array(values, weights.name))
        onnx.save(network, target)

    monkeypatch.setattr(exports, "halve", wrong)
    with pytest.raises(DataError, match="differ"):
        export(tiny_model, tmp_path / "out", half=True)
    assert not (tmp_path / "out").exists()


def test_confidences_of_int8_are_calibrated_anew(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def calibrate(extractor: Extractor, development: list[Document]) -> ModelSettings:
        seen.append([d.id for d in development])
        return replace(
            extractor.settings, calibration={"kind": [2.0, 0.5]}, floors={"AMOUNT": 0.1}, sums=0.9
        )

    monkeypatch.setattr(exports, "calibrate", calibrate)
    before = ModelSettings.load(tiny_model)
    assert ModelSettings.load(export(tiny_model, tmp_path / "fp32", int8=False)) == before
    after = ModelSettings.load(export(tiny_model, tmp_path / "int8"))
    assert (after.calibration, after.floors) == ({"kind": [2.0, 0.5]}, {"AMOUNT": 0.1})
    assert after.sums == 0.9
    assert seen == [[d.id for d in kept(tiny_model).development]]
    without = tmp_path / "without"
    shutil.copytree(tiny_model, without, ignore=shutil.ignore_patterns("data"))
    assert ModelSettings.load(export(without, tmp_path / "kept")) == before
