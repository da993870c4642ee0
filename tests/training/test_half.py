import pytest
import torch
from transformers import BertModel

from tests.training.tiny_base import encoder_config
from training.half import encode_half


@pytest.fixture
def encoder() -> BertModel:
    torch.manual_seed(2)
    config = encoder_config(num_hidden_layers=3, attn_implementation="eager")
    return BertModel(config, add_pooling_layer=False).train()


IDS = torch.arange(24).reshape(2, 12)
MASK = torch.tensor([[1] * 12, [1] * 7 + [0] * 5])


def gradients(encoder: BertModel) -> torch.Tensor:
    return torch.cat([p.grad.flatten() for p in encoder.parameters() if p.grad is not None])


def test_states_and_gradients_are_those_of_fp32_but_for_rounding(encoder: BertModel) -> None:
    wanted = encoder(IDS, MASK).last_hidden_state
    real = MASK.bool()
    target = torch.randn(wanted.shape)
    (wanted * target)[real].sum().backward()
    exact = gradients(encoder)
    encoder.zero_grad()
    states = encode_half(encoder, IDS, MASK)
    assert states.dtype == torch.bfloat16
    torch.testing.assert_close(states.float()[real], wanted[real], atol=0.06, rtol=0.05)
    (states.float() * target)[real].sum().backward()
    assert all(p.grad.dtype == torch.float32 for p in encoder.encoder.parameters())
    alike = torch.cosine_similarity(gradients(encoder), exact, dim=0)
    assert alike > 0.99


def test_what_is_padded_says_nothing(encoder: BertModel) -> None:
    other = IDS.clone()
    other[1, 7:] = 3
    first, second = encode_half(encoder, IDS, MASK), encode_half(encoder, other, MASK)
    assert torch.equal(first[1, :7], second[1, :7])
    assert not torch.equal(first[1, 7:], second[1, 7:])


def test_frozen_layers_get_no_gradient(encoder: BertModel) -> None:
    encoder.requires_grad_(False)
    assert not encode_half(encoder, IDS, MASK).requires_grad
