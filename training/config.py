"""One training run's configuration: a TOML file, checked, with defaults that work."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from annotations.errors import DataError


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """What a training run does.

    Attributes:
        base: the encoder to start from: a Hugging Face id, a folder, or None for the project's adapted base.
        layers: keep only this many encoder layers, evenly spread; 0 keeps all.
        seed: fixes the order of data, dropout and head initialisation.
        epochs: passes over the training data at most.
        patience: stop after this many evaluations without a better development F1.
        batch_size: windows in a step.
        encoder_rate: peak learning rate of the top encoder layer.
        head_rate: peak learning rate of the heads.
        structure_rate: peak learning rate of the CRF's transitions and the link biases: few, from 0, with far to go.
        layer_decay: factor on the rate from each encoder layer to the one below it.
        frozen_epochs: passes during which only the heads learn.
        warmup: share of all steps during which rates rise; they fall linearly after it.
        weight_decay: decoupled weight decay of matrices (AdamW).
        dropout: before the heads.
        encoder_dropout: of the states inside the encoder.
        token_dropout: share of training characters replaced by [MASK], so that context is learnt.
        ema: decay per step of the exponential moving average that is evaluated and kept; 0 turns it off.
        replay: when continuing from a model, old training reports learnt again per new one.
        keep: when continuing from a model, its share in the result: the weights are averaged (WiSE-FT, Wortsman et al.
            2022), which takes back what little learning forgot.
        damage: damaged copies added per training report (the damage generator's mixed kind), on average.
        swap: copies added per training report with amounts and names of others (`training.swap`), on average.
        core, context: window lengths in characters (`inference.windows.WindowSizes`).
        loss_weights: weight of each head's loss.
    """

    base: str | None = None
    layers: int = 0
    seed: int = 13
    epochs: int = 7
    patience: int = 4
    batch_size: int = 16
    encoder_rate: float = 3e-4
    head_rate: float = 1e-3
    structure_rate: float = 1e-2
    layer_decay: float = 0.9
    frozen_epochs: int = 0
    warmup: float = 0.1
    weight_decay: float = 0.01
    dropout: float = 0.1
    encoder_dropout: float = 0.1
    token_dropout: float = 0.05
    ema: float = 0.995
    replay: float = 3.0
    keep: float = 0.0
    damage: float = 0.1
    swap: float = 0.2
    core: int = 160
    context: int = 32
    loss_weights: Mapping[str, float] = field(
        default_factory=lambda: {"tags": 10.0, "attributes": 5.0, "links": 2.0, "kinds": 0.5}
    )

    def __post_init__(self) -> None:
        for name, low, high in (
            ("epochs", 1, 10_000),
            ("patience", 1, 10_000),
            ("batch_size", 1, 4096),
            ("layers", 0, 1000),
            ("frozen_epochs", 0, 10_000),
            ("encoder_rate", 0, 1),
            ("head_rate", 0, 1),
            ("structure_rate", 0, 1),
            ("layer_decay", 0.01, 1),
            ("warmup", 0, 1),
            ("weight_decay", 0, 1),
            ("dropout", 0, 0.9),
            ("encoder_dropout", 0, 0.9),
            ("token_dropout", 0, 0.9),
            ("ema", 0, 0.99999),
            ("replay", 0, 1000),
            ("keep", 0, 1),
            ("damage", 0, 10),
            ("swap", 0, 10),
            ("core", 16, 500),
            ("context", 0, 200),
        ):
            value = getattr(self, name)
            if (
                isinstance(value, bool)
                or not isinstance(value, int | float)
                or not low <= value <= high
            ):
                raise DataError(
                    f"{name} = {value!r} must be a number from {low} to {high}", "configuration"
                )
        known = {"tags", "attributes", "links", "kinds"}
        if set(self.loss_weights) != known or any(w < 0 for w in self.loss_weights.values()):
            raise DataError(
                f"loss_weights needs a weight ≥ 0 for each of {', '.join(sorted(known))}",
                "configuration",
            )

    def to_dict(self) -> dict[str, Any]:
        """All values, JSON-ready."""
        return asdict(self) | {"loss_weights": dict(self.loss_weights)}

    def override(self, values: Mapping[str, Any]) -> TrainConfig:
        """A copy with some values replaced; unknown names are refused."""
        known = [f.name for f in fields(self)]
        if unknown := sorted(set(values) - set(known)):
            raise DataError(
                f"unknown setting {', '.join(unknown)}; there are {', '.join(known)}",
                "configuration",
            )
        return replace(self, **values)


#: Defaults that differ when a trained model goes on learning: gently, and briefly.
CONTINUED: Mapping[str, Any] = {
    "epochs": 4,
    "patience": 2,
    "frozen_epochs": 0,
    "encoder_rate": 5e-5,
    "head_rate": 3e-4,
    "structure_rate": 3e-3,
}


def load(
    path: Path | None, overrides: Mapping[str, Any] | None = None, *, continued: bool = False
) -> TrainConfig:
    """The configuration of a TOML file (or the defaults), with overrides.

    Args:
        path: the file, or None.
        overrides: settings that win over the file's.
        continued: whether a trained model goes on learning (`CONTINUED`).

    Raises:
        DataError: for a missing file, broken TOML, an unknown setting or a value out of range.
    """
    values: dict[str, Any] = {}
    if path is not None:
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise DataError("no such configuration file", str(path)) from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise DataError(f"not valid TOML: {error}", str(path)) from error
    defaults = dict(CONTINUED) if continued else {}
    return TrainConfig().override(defaults | values | dict(overrides or {}))
