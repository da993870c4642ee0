"""Dropout whose masks are cheap to draw on a CPU.

`torch.nn.Dropout` draws its masks on one thread there: inside the encoder it made a step 12 times as long. A byte of a
fast generator for each unit decides as well.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertModel

LEVELS = 256


class ByteDropout(nn.Module):
    """Dropout (Srivastava et al. 2014) at a rate that is a multiple of 1 / 256.

    On a CPU the masks are drawn from NumPy's global state, which `transformers.set_seed` seeds and the Trainer keeps in
    its checkpoints, so that a resumed training goes on with the same ones.
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.threshold = round(rate * LEVELS)

    def forward(self, states: Tensor) -> Tensor:
        """States of any shape, some units 0 and the others larger, while training; unchanged else."""
        if not self.training or not self.threshold:
            return states
        rate = self.threshold / LEVELS
        if states.device.type != "cpu":
            return functional.dropout(states, rate)
        generator = np.random.Generator(np.random.SFC64(np.random.randint(2**31)))
        words = generator.integers(0, 2**64, (states.numel() + 7) // 8, np.uint64)
        kept = words.view(np.uint8)[: states.numel()].reshape(states.shape) >= self.threshold
        return states * torch.from_numpy(kept).to(states.dtype) * (1 / (1 - rate))

    def extra_repr(self) -> str:
        return f"rate={self.threshold}/{LEVELS}"


def set_dropout(encoder: BertModel, rate: float) -> None:
    """Put `ByteDropout` in the place of the encoder's dropout of states; attention keeps its own."""
    for module in list(encoder.modules()):
        if isinstance(getattr(module, "LayerNorm", None), nn.LayerNorm) and hasattr(
            module, "dropout"
        ):
            module.dropout = ByteDropout(rate)
