"""One training run's configuration: a TOML file, checked, with defaults that work (``default.toml`` explains them)."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from annotations.errors import DataError

#: Every setting with its default and what it means, as TOML: for copying. `TrainConfig` is what counts.
DEFAULT_FILE = Path(__file__).with_name("default.toml")
#: Least and greatest value of each number.
RANGES: Mapping[str, tuple[float, float]] = {
    "layers": (0, 1000),
    "seed": (0, 4_294_967_295),  # what NumPy takes
    "epochs": (1, 10_000),
    "patience": (1, 10_000),
    "batch_size": (1, 4096),
    "encoder_rate": (0, 1),
    "head_rate": (0, 1),
    "structure_rate": (0, 1),
    "layer_decay": (0.01, 1),
    "frozen_epochs": (0, 10_000),
    "warmup": (0, 1),
    "weight_decay": (0, 1),
    "dropout": (0, 0.9),
    "encoder_dropout": (0, 0.9),
    "token_dropout": (0, 0.9),
    "ema": (0, 0.99999),
    "replay": (0, 1000),
    "keep": (0, 1),
    "distil": (0, 1000),
    "damage": (0, 10),
    "swap": (0, 10),
    "core": (16, 500),
    "context": (0, 200),
}
HEADS = ("tags", "attributes", "links", "kinds")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """What a training run does.

    Attributes:
        base: the encoder to start from: a Hugging Face id, a folder, or None for the project's adapted base.
        layers: keep only this many encoder layers; 0 keeps all. Of the base evenly spread ones, of a model to continue
            from those that it can do without least (`training.distil.prune`).
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
        distil: when continuing from a model, weight of learning what that model reads beside what the labels say
            (`training.distil`): with ``layers``, the way to a smaller and faster model.
        damage: damaged copies added per training report (the damage generator's mixed kind), on average.
        swap: copies added per training report with amounts and names of others (`training.swap`), on average.
        core, context: window lengths in characters (`inference.windows.WindowSizes`).
        loss_weights: weight of each head's loss.
    """

    base: str | None = None
    layers: int = 0
    seed: int = 13
    epochs: int = 6
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
    distil: float = 0.0
    damage: float = 0.05
    swap: float = 0.1
    core: int = 160
    context: int = 32
    loss_weights: Mapping[str, float] = field(
        default_factory=lambda: {"tags": 10.0, "attributes": 5.0, "links": 2.0, "kinds": 0.5}
    )

    def __post_init__(self) -> None:
        whole = {f.name for f in fields(self) if f.type == "int"}
        for name, (low, high) in RANGES.items():
            value = getattr(self, name)
            fits = isinstance(value, int) or name not in whole
            if not _is_number(value) or not fits or not low <= value <= high:
                kind = "whole number" if name in whole else "number"
                raise DataError(
                    f"{name} = {value!r} must be a {kind} from {low} to {high}", "configuration"
                )
        if self.base is not None and not (isinstance(self.base, str) and self.base.strip()):
            raise DataError(
                f"base = {self.base!r} must be a folder or a Hugging Face id in quotes;"
                " leave it out for the project's own",
                "configuration",
            )
        weights = self.loss_weights
        if (
            not isinstance(weights, Mapping)
            or set(weights) != set(HEADS)
            or not all(_is_number(w) and 0 <= w < math.inf for w in weights.values())
        ):
            raise DataError(
                f"loss_weights needs a weight, a number ≥ 0, for each of {', '.join(HEADS)};"
                f" found {weights!r}",
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
        except OSError as error:
            raise DataError(f"cannot be read: {error.strerror}", str(path)) from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise DataError(f"not valid TOML: {error}", str(path)) from error
    config = TrainConfig().override(CONTINUED if continued else {})
    try:
        config = config.override(values)
    except DataError as error:
        raise DataError(str(error), str(path)) from None
    return config.override(overrides or {})
