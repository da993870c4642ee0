"""Models that are trained to be scored and thrown away: for studies, not for use."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from annotations.document import Document
from annotations.scheme import Scheme
from inference.encoding import CharVocab
from inference.settings import ModelSettings
from inference.windows import WindowSizes
from training.config import TrainConfig
from training.fit import fit
from training.model import ReportTagger
from training.torch_tagger import settings_of


def trial(
    train: Sequence[Document], scheme: Scheme, config: TrainConfig, parent: Path | None = None
) -> tuple[ReportTagger, CharVocab, ModelSettings]:
    """A model after ``config.epochs`` passes over ``train``.

    The passes are fixed beforehand: no report is spent on choosing when to stop.

    Args:
        parent: a model folder to start from instead of ``config.base``.

    Raises:
        DataError: as `training.fit.fit`.
    """
    with tempfile.TemporaryDirectory() as name:
        model, vocab, _ = fit(train, [], scheme, config, Path(name), quiet=True, parent=parent)
    return model, vocab, settings_of(model, WindowSizes(config.core, config.context), "trial", "0")
