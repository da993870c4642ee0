from pathlib import Path

import pytest

from annotations.errors import DataError
from inference.stages import NETWORK, Shares
from training import kernels
from training.export import export


def test_int8_matrices_are_counted_by_shape(tiny_model: Path, tmp_path: Path) -> None:
    folder = export(tiny_model, tmp_path / "int8")
    shapes = kernels.weights(folder / "model.onnx")
    assert shapes[32, 64] == 2  # the feed-forward layer, and the links' tails
    assert shapes[64, 32] == 1  # the second product of the feed-forward layer
    assert shapes[32, 32] >= 4
    plain = export(tiny_model, tmp_path / "fp32", int8=False)
    with pytest.raises(DataError, match="no int8"):
        kernels.weights(plain / "model.onnx")


def test_rates_are_of_the_same_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "bare_rate", lambda rows, shape: 1000.0 * shape[0])
    shares = Shares({NETWORK: 9.0}, {"DynamicQuantizeMatMul": 2.0, "Softmax": 5.0}, cells=10)
    own, bare = kernels.rates(shares, {(2, 5): 3, (4, 5): 1})
    assert own == (2 * 10 * 3 + 2 * 20) * 10 / 2
    assert bare == pytest.approx(100 / (60 / 2000 + 40 / 4000))


def test_a_bare_product_has_a_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "SECONDS", 0.01)
    assert kernels.bare_rate(16, (32, 8)) > 1e6
