"""What a model folder says of its model beside the weights: ``zhaoshang.json``, read without torch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotations import scheme as schemes
from annotations.errors import DataError
from annotations.scheme import Scheme
from inference.layout import LINK_BUCKETS
from inference.windows import WindowSizes

FILE_NAME = "zhaoshang.json"


@dataclass(slots=True)
class ModelSettings:
    """Settings of one model.

    Attributes:
        name, version: what outputs call the model (``name@version``).
        scheme: the label scheme it was trained on, in the shape of ``scheme.toml``.
        windows: how reports are cut for it.
        first, moves: CRF transition scores, ``[K]`` and ``[K, K]``, illegal ones included.
        link_bias: per relation type, scores of the link buckets (`inference.layout.link_buckets`), flat.
        calibration: per score (``span.LABEL``, ``relation.TYPE``, ``kind``) the slope and offset that turn the log-odds
            of a raw probability into those of a calibrated one (Platt 1999).
        floors: per label, the calibrated probability below which a span is left out.
        sums: the probability that a plain sum is an AMOUNT span (`inference.sums`); 0 leaves sums to the model.
        owners: the probability that a sum belongs to the project that the wording gives it (`inference.owners`); 0
            leaves links to the model.
        library: version of this library that wrote the folder.
    """

    name: str
    version: str
    scheme: dict[str, Any]
    windows: dict[str, int]
    first: list[float]
    moves: list[list[float]]
    link_bias: dict[str, list[float]]
    calibration: dict[str, list[float]] = field(default_factory=dict)
    floors: dict[str, float] = field(default_factory=dict)
    sums: float = 0.0
    owners: float = 0.0
    library: str = ""

    @property
    def label_scheme(self) -> Scheme:
        """The label scheme, parsed."""
        return schemes.parse(self.scheme)

    @property
    def window_sizes(self) -> WindowSizes:
        """Window lengths."""
        return WindowSizes(**self.windows)

    def transitions(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """CRF scores as arrays."""
        return np.array(self.first, np.float32), np.array(self.moves, np.float32)

    def calibrated(self, name: str, probability: float) -> float:
        """The calibrated probability of a raw one."""
        slope, offset = self.calibration.get(name, (1.0, 0.0))
        clipped = min(max(probability, 1e-6), 1 - 1e-6)
        odds = np.log(clipped / (1 - clipped))
        return float(1 / (1 + np.exp(-(slope * odds + offset))))

    def save(self, folder: Path) -> None:
        """Write ``zhaoshang.json`` into ``folder``."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1)
        (folder / FILE_NAME).write_text(text + "\n", encoding="utf-8", newline="\n")

    @classmethod
    def load(cls, folder: Path) -> ModelSettings:
        """Read a model folder's settings.

        Raises:
            DataError: when the folder is no model folder or its settings cannot be read.
        """
        path = folder / FILE_NAME
        try:
            data: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            found = cls(**data)
        except FileNotFoundError:
            raise DataError(
                f"no {FILE_NAME} here; name a folder written by `zhaoshang train` or `zhaoshang export`",
                str(folder),
            ) from None
        except (json.JSONDecodeError, TypeError) as error:
            raise DataError(f"cannot be read as model settings: {error}", str(path)) from error
        if any(len(bias) != prod(LINK_BUCKETS) for bias in found.link_bias.values()):
            raise DataError(
                f"another version of this library ({found.library or 'unknown'}) wrote these settings, with other"
                " link buckets; train and export the model again",
                str(path),
            )
        return found
