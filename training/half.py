"""A CPU's bf16, all the way through an encoder.

`torch.autocast` leaves what lies between the products of a transformer in fp32 on a CPU: masks, softmax, residuals and
norms, which then take longer than the products. Here the states stay in bf16 from layer to layer. The weights are cast
inside the graph, so that their gradients come back in fp32.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call
from transformers import BertModel


def run_half(module: nn.Module, *inputs: Any) -> Any:
    """Call a module with its weights cast to bf16."""
    weights = {name: value.bfloat16() for name, value in module.named_parameters()}
    return functional_call(module, weights, inputs)


def encode_half(encoder: BertModel, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
    """States ``[B, T, H]`` of the last layer, bf16; embeddings are summed in fp32.

    Args:
        encoder: with eager attention.
        input_ids, attention_mask: ``[B, T]``.
    """
    with torch.autocast(input_ids.device.type, enabled=False):
        states = encoder.embeddings(input_ids).bfloat16()
        hidden = (1 - attention_mask[:, None, None, :].bfloat16()) * torch.finfo(torch.bfloat16).min
        for layer in encoder.encoder.layer:
            states = run_half(layer, states, hidden)
        return states
