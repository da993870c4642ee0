import numpy as np
import pytest
import torch
from transformers import BertModel

from tests.training.tiny_base import encoder_config
from training.dropout import ByteDropout, set_dropout


def test_training_drops_the_share_and_keeps_the_mean() -> None:
    np.random.seed(1)
    layer = ByteDropout(0.25)
    out = layer(torch.ones(200, 301))
    assert (out == 0).float().mean().item() == pytest.approx(0.25, abs=0.01)
    assert out.mean().item() == pytest.approx(1, abs=0.02)
    assert out.unique().tolist() == pytest.approx([0, 4 / 3])


def test_reading_drops_nothing() -> None:
    states = torch.randn(3, 5)
    assert ByteDropout(0.5).eval()(states) is states
    assert ByteDropout(0.0)(states) is states


def test_numpy_s_seed_fixes_the_masks_and_they_change_from_call_to_call() -> None:
    layer, states = ByteDropout(0.5), torch.ones(8, 8)
    np.random.seed(3)
    first, second = layer(states), layer(states)
    np.random.seed(3)
    assert torch.equal(layer(states), first)
    assert not torch.equal(first, second)


def test_gradients_pass_where_units_are_kept() -> None:
    np.random.seed(5)
    states = torch.ones(6, 7, requires_grad=True)
    out = ByteDropout(0.5)(states)
    out.sum().backward()
    assert torch.equal(states.grad, out.detach())


def test_the_encoder_s_states_are_dropped_and_its_attention_is_not() -> None:
    encoder = BertModel(encoder_config(), add_pooling_layer=False)
    set_dropout(encoder, 0.1)
    replaced = [name for name, part in encoder.named_modules() if isinstance(part, ByteDropout)]
    assert replaced == [
        "embeddings.dropout",
        *(
            f"encoder.layer.{i}.{part}.dropout"
            for i in (0, 1)
            for part in ("attention.output", "output")
        ),
    ]
