"""Fewer layers that learn what the model they come from reads."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from annotations import scheme as schemes
from annotations.errors import DataError
from inference.layout import Layout
from inference.windows import WindowSizes
from training.config import TrainConfig
from training.data import Data
from training.dataset import Encoder, LossReport, collate
from training.distil import Tutor, distances, divergence
from training.fit import build_model, fit
from training.inherit import load_parent


@pytest.fixture(scope="module")
def batch(tiny_model: Path, tiny_data: Data) -> dict:
    scheme = schemes.load()
    _, vocab = build_model(TrainConfig(), scheme, tiny_model)
    encoder = Encoder(vocab, Layout(scheme), WindowSizes(160, 32))
    return collate([r for d in tiny_data.train[:4] for r in encoder.encode(d, LossReport())], 0)


def test_a_model_is_at_no_distance_from_itself(tiny_model: Path, batch: dict) -> None:
    tutor = Tutor(load_parent(tiny_model), 1.0, TrainConfig().loss_weights)
    read = tutor.read(batch["input_ids"], batch["attention_mask"])
    parts = distances(read, read, batch, tutor.model.layout)
    assert set(parts) == {"states", "tags", "attributes", "kinds"}
    assert all(abs(float(part)) < 1e-6 for part in parts.values())


def test_distances_grow_with_each_score_and_follow_the_weight(
    tiny_model: Path, batch: dict
) -> None:
    tutor = Tutor(load_parent(tiny_model), 1.0, TrainConfig().loss_weights)
    read = tutor.read(batch["input_ids"], batch["attention_mask"])
    torch.manual_seed(0)
    for name in ("states", "tags", "attributes", "kinds"):
        other = read | {name: read[name] + torch.randn_like(read[name])}
        parts = distances(other, read, batch, tutor.model.layout)
        assert [k for k, part in parts.items() if float(part) > 1e-3] == [name]
    whole = tutor.loss(other, batch)
    tutor.weight = 0.25
    assert torch.isclose(tutor.loss(other, batch), whole / 4)


def test_padding_does_not_count(tiny_model: Path, batch: dict) -> None:
    tutor = Tutor(load_parent(tiny_model), 1.0, TrainConfig().loss_weights)
    read = tutor.read(batch["input_ids"], batch["attention_mask"])
    padding = batch["attention_mask"] == 0
    assert padding.any()
    other = {k: v.masked_fill(padding[:, :, None], 7.0) for k, v in read.items()}
    parts = distances(other, read, batch, tutor.model.layout)
    assert float(parts["states"]) == float(parts["tags"]) == 0


def test_divergence_of_flags_is_that_of_two_classes() -> None:
    ours, theirs = torch.tensor([[0.3], [-2.0]]), torch.tensor([[1.0], [0.0]])
    p, q = theirs.sigmoid(), ours.sigmoid()
    expected = (p * (p / q).log() + (1 - p) * ((1 - p) / (1 - q)).log()).mean()
    assert torch.isclose(divergence(ours, theirs), expected)


def test_training_draws_a_student_to_its_teacher(
    tiny_model: Path, tiny_data: Data, batch: dict, tmp_path: Path
) -> None:
    """With the weight, the student ends nearer to the teacher than by the labels alone."""
    scheme = schemes.load()
    tutor = Tutor(load_parent(tiny_model), 1.0, TrainConfig().loss_weights)
    read = tutor.read(batch["input_ids"], batch["attention_mask"])
    apart = {}
    for weight in (0.0, 20.0):
        config = TrainConfig(epochs=2, ema=0, distil=weight, damage=0, swap=0, encoder_rate=1e-3)
        config = config.override({"layers": 1})
        model, _, _ = fit(
            tiny_data.train,
            [],
            scheme,
            config,
            tmp_path / str(weight),
            quiet=True,
            parent=tiny_model,
        )
        with torch.no_grad():
            states = model.eval().encode(batch["input_ids"], batch["attention_mask"])
            mine = model.scores(states) | {"states": states}
        apart[weight] = float(distances(mine, read, batch, model.layout)["states"])
    assert apart[20.0] < apart[0.0]


def test_fewer_layers_of_the_older_model(tiny_model: Path, tmp_path: Path) -> None:
    older = load_parent(tiny_model)
    depth = older.config.num_hidden_layers
    with pytest.raises(Exception, match=f"{depth} layers, {depth + 1} were asked for"):
        build_model(TrainConfig(layers=depth + 1), schemes.load(), tiny_model)
    model, _ = build_model(TrainConfig(layers=depth), schemes.load(), tiny_model)
    assert model.config.num_hidden_layers == depth


def test_a_negative_weight_is_refused() -> None:
    with pytest.raises(DataError, match="distil"):
        TrainConfig(distil=-1)
