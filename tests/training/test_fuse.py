from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest

from inference.tagger import MODEL_FILE, OnnxTagger
from training.export import TOLERANCE, difference, to_onnx
from training.fuse import fuse_attention
from training.model import ReportTagger


@pytest.fixture
def plain(tiny_model: Path, tmp_path: Path) -> tuple[ReportTagger, Path]:
    """A network and its export before fusion."""
    model = ReportTagger.from_pretrained(tiny_model)
    to_onnx(model, tmp_path / MODEL_FILE)
    return model, tmp_path


def operators(folder: Path) -> list[str]:
    return [node.op_type for node in onnx.load(folder / MODEL_FILE).graph.node]


def test_a_fused_network_gives_the_same_scores(plain: tuple[ReportTagger, Path]) -> None:
    model, folder = plain
    layers = operators(folder).count("Softmax")
    assert fuse_attention(folder / MODEL_FILE, model.config.num_attention_heads)
    assert operators(folder).count("MultiHeadAttention") == layers == model.config.num_hidden_layers
    assert "Softmax" not in operators(folder)
    assert difference(model, OnnxTagger(folder)) < TOLERANCE


def test_windows_of_any_lengths_are_scored_without_padding(
    plain: tuple[ReportTagger, Path],
) -> None:
    model, folder = plain
    fuse_attention(folder / MODEL_FILE, model.config.num_attention_heads)
    tagger = OnnxTagger(folder, threads=1)
    lengths = [7, 12, 7, 30, 12, 3]
    ids = np.random.default_rng(1).integers(5, 50, (len(lengths), 30))
    mask = (np.arange(30) < np.array(lengths)[:, None]).astype(np.int64)
    together = tagger(ids * mask, mask)
    for row, length in enumerate(lengths):
        alone = tagger(ids[row : row + 1, :length], np.ones((1, length), np.int64))
        for name, scores in alone.items():
            np.testing.assert_allclose(together[name][row, :length], scores[0], atol=1e-5)
            assert not together[name][row, length:].any()


def test_attention_written_otherwise_stays_as_it_is(plain: tuple[ReportTagger, Path]) -> None:
    model, folder = plain
    path = folder / MODEL_FILE
    network = onnx.load(path)
    softmax = next(node for node in network.graph.node if node.op_type == "Softmax")
    scores = next(node for node in network.graph.node if softmax.input[0] in node.output)
    scores.op_type = "Sub"
    onnx.save(network, path)
    before = path.read_bytes()
    assert not fuse_attention(path, model.config.num_attention_heads)
    assert path.read_bytes() == before
