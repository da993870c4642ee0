"""The torch network behind the interface that inference uses, for evaluation during training."""

from __future__ import annotations

import json

import numpy as np
import torch
from numpy.typing import NDArray

from inference.encoding import CharVocab
from inference.extractor import Extractor
from inference.layout import Layout
from inference.settings import ModelSettings
from inference.windows import WindowSizes
from training.model import ReportTagger


class TorchTagger:
    """A `Tagger` over a `ReportTagger`, in bf16 autocast (on CPU as on CUDA) unless ``exact``."""

    def __init__(self, model: ReportTagger, exact: bool = False) -> None:
        self.model, self.exact = model, exact

    @torch.inference_mode()
    def __call__(
        self, input_ids: NDArray[np.int64], attention_mask: NDArray[np.int64]
    ) -> dict[str, NDArray[np.float32]]:
        device = self.model.device
        was_training = self.model.training
        self.model.eval()
        with torch.autocast(device.type, torch.bfloat16, enabled=not self.exact):
            scores = self.model(
                torch.from_numpy(input_ids).to(device), torch.from_numpy(attention_mask).to(device)
            )
        self.model.train(was_training)
        return {name: value.float().cpu().numpy() for name, value in scores.items()}


def settings_of(model: ReportTagger, sizes: WindowSizes, name: str, version: str) -> ModelSettings:
    """The model settings that its weights and configuration imply."""
    from zhaoshang import __version__

    with torch.no_grad():
        first, moves = model.transitions()
        bias = model.link_bias.float()
    layout: Layout = model.layout
    return ModelSettings(
        name=name,
        version=version,
        scheme=json.loads(model.config.scheme),
        windows={"core": sizes.core, "context": sizes.context},
        first=first.tolist(),
        moves=moves.tolist(),
        link_bias={r.key: bias[i].tolist() for i, r in enumerate(layout.relations)},
        library=__version__,
    )


def torch_extractor(
    model: ReportTagger,
    vocab: CharVocab,
    settings: ModelSettings,
    exact: bool = False,
    *,
    repair: bool = True,
) -> Extractor:
    """An extractor that runs the torch model."""
    return Extractor(TorchTagger(model, exact), vocab, settings, repair=repair, ledger=False)
