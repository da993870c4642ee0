from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from inference.encoding import CharVocab
from inference.settings import ModelSettings
from inference.tagger import MODEL_FILE, OnnxTagger
from training.data import Data
from training.export import OUTPUTS, TOLERANCE, difference, quantize, to_onnx
from training.fuse import fuse_attention
from training.model import ReportTagger
from training.smooth import LEAST, read_windows, smooth

#: How far one inner channel of the model below stands out.
OUTLIER = 60.0


@pytest.fixture
def uneven(tiny_model: Path) -> ReportTagger:
    """The tiny model with an inner channel of its first layer that is always large."""
    model = ReportTagger.from_pretrained(tiny_model).eval()
    with torch.no_grad():
        model.bert.encoder.layer[0].intermediate.dense.bias[3] += OUTLIER
        model.bert.encoder.layer[0].output.dense.weight[:, 3] /= OUTLIER
    return model


def network(model: ReportTagger, folder: Path) -> Path:
    folder.mkdir()
    to_onnx(model, folder / MODEL_FILE)
    fuse_attention(folder / MODEL_FILE, model.config.num_attention_heads)
    return folder / MODEL_FILE


def error(source: Path, folder: Path, ids: np.ndarray) -> float:
    """Root mean square error of a network's scores in int8."""
    folder.mkdir()
    quantize(source, folder / MODEL_FILE)
    exact, rough = (
        OnnxTagger(f, device="cpu")(ids, np.ones_like(ids)) for f in (source.parent, folder)
    )
    return float(np.sqrt(np.mean([np.mean((exact[n] - rough[n]) ** 2) for n in OUTPUTS])))


def test_an_outlying_channel_is_smoothed_and_scores_stay(
    uneven: ReportTagger, tiny_model: Path, tiny_data: Data, tmp_path: Path
) -> None:
    path = network(uneven, tmp_path / "plain")
    vocab, settings = CharVocab.load(tiny_model / "vocab.txt"), ModelSettings.load(tiny_model)
    (ids, *_) = read_windows(tiny_data.development, settings, vocab)
    before = error(path, tmp_path / "before", ids)
    changed = smooth(path, read_windows(tiny_data.development, settings, vocab))
    assert changed
    assert difference(uneven, OnnxTagger(path.parent, device="cpu")) < TOLERANCE
    assert error(path, tmp_path / "after", ids) < before / 3
    # What was smoothed once is even enough.
    assert smooth(path, read_windows(tiny_data.development, settings, vocab)) == []


def test_even_states_are_left_alone(tiny_model: Path, tmp_path: Path) -> None:
    model = ReportTagger.from_pretrained(tiny_model)
    path = network(model, tmp_path / "plain")
    states = {n.input[0] for n in onnx.load(path).graph.node if n.op_type == "MatMul"}
    ids = np.random.default_rng(0).integers(5, model.config.vocab_size, (1, 40))
    changed = smooth(path, iter([ids]))
    assert len(changed) < len(states)
    shares = {
        t.name: onnx.numpy_helper.to_array(t)
        for t in onnx.load(path).graph.initializer
        if t.name.endswith(".shares")
    }
    assert len(shares) == len(changed)
    for values in shares.values():
        assert values.max() == 1
        assert values.min() <= 1 / LEAST
        assert (values == 1).mean() >= 0.5  # half of all channels reach no further than the median
