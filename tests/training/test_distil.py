"""Fewer layers that learn what the model they come from reads."""

from __future__ import annotations

import copy
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
from training.distil import Tutor, distances, divergence, prune
from training.e5 import BaseModelError
from training.fit import build_model, fit
from training.inherit import load_parent
from training.model import ReportTagger


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


def deeper(folder: Path) -> ReportTagger:
    """The tiny model with its layer, one that leaves its states nearly alone, and its layer again."""
    model = load_parent(folder)
    layer = model.bert.encoder.layer[0]
    idle = copy.deepcopy(layer)
    for part in (idle.attention.output.dense, idle.output.dense):
        torch.nn.init.zeros_(part.weight)
        torch.nn.init.zeros_(part.bias)
    model.bert.encoder.layer = torch.nn.ModuleList([layer, idle, copy.deepcopy(layer)])
    model.config.num_hidden_layers = 3
    return model


def test_the_layer_that_does_nothing_goes_first(tiny_model: Path, batch: dict) -> None:
    model = deeper(tiny_model)
    assert prune(model, batch, 2) == [0, 2]
    assert model.config.num_hidden_layers == model.bert.config.num_hidden_layers == 2
    assert len(model.bert.encoder.layer) == 2


def test_more_layers_than_the_older_model_has(
    tiny_model: Path, tiny_data: Data, tmp_path: Path
) -> None:
    config = TrainConfig(layers=2, damage=0, swap=0)
    with pytest.raises(BaseModelError, match="the model has 1 layers, 2 were asked for"):
        fit(tiny_data.train, [], schemes.load(), config, tmp_path, quiet=True, parent=tiny_model)


def test_a_model_of_another_scheme_is_no_teacher(
    tiny_model: Path, tiny_data: Data, tmp_path: Path
) -> None:
    changed = schemes.load().to_dict()
    changed["kinds"] = {k: v for k, v in changed["kinds"].items() if k != "boilerplate"}
    with pytest.raises(DataError, match="another label scheme"):
        fit(
            tiny_data.train,
            [],
            schemes.parse(changed),
            TrainConfig(distil=1.0, damage=0, swap=0),
            tmp_path,
            quiet=True,
            parent=tiny_model,
        )


def test_a_negative_weight_is_refused() -> None:
    with pytest.raises(DataError, match="distil"):
        TrainConfig(distil=-1)
