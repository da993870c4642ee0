"""What happens beside the steps of a training: averaged weights, the frozen start, early stopping, progress."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from tqdm import tqdm
from transformers import PreTrainedModel, TrainerCallback, TrainingArguments
from transformers.trainer_callback import TrainerControl, TrainerState

AVERAGE_FILE = "average.safetensors"


class Average(TrainerCallback):
    """Exponential moving average of the weights (Polyak and Juditsky 1992), swapped in for evaluation.

    Checkpoints keep it beside the raw weights, so that a resumed training goes on from both.
    """

    def __init__(self, decay: float) -> None:
        self.decay = decay
        self.average: dict[str, torch.Tensor] = {}
        self.updates = 0

    @torch.no_grad()
    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        weights = kwargs["model"].state_dict()
        self.updates += 1
        # A short memory at first, so that the start does not linger in the average.
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
        for name, value in weights.items():
            if name not in self.average:
                self.average[name] = value.detach().clone()
            elif value.is_floating_point():
                self.average[name].lerp_(value, 1 - decay)

    def swap(self, model: torch.nn.Module) -> None:
        """Exchange the model's weights with the average; nothing where there is none."""
        if self.average:
            current = {k: v.detach().clone() for k, v in model.state_dict().items()}
            model.load_state_dict(self.average)
            self.average = current

    def save(self, folder: Path) -> None:
        """Write the average into a checkpoint."""
        if self.average:
            tensors = {name: value.contiguous() for name, value in self.average.items()}
            save_file(tensors, folder / AVERAGE_FILE, {"updates": str(self.updates)})

    def load(self, folder: Path, device: torch.device) -> None:
        """Read the average of a checkpoint back."""
        with safe_open(folder / AVERAGE_FILE, "pt") as file:
            self.updates = int(file.metadata()["updates"])
            self.average = {name: file.get_tensor(name).to(device) for name in file.keys()}  # noqa: SIM118


class Thaw(TrainerCallback):
    """Keeps the encoder frozen for the first passes."""

    def __init__(self, encoder: PreTrainedModel, frozen_epochs: int) -> None:
        self.encoder, self.frozen_epochs = encoder, frozen_epochs

    def on_epoch_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        self.encoder.requires_grad_(round(state.epoch or 0) >= self.frozen_epochs)


def is_stale(log: Sequence[Mapping[str, Any]], patience: int) -> bool:
    """Whether the last ``patience`` evaluations in a training's log brought nothing better than one before them."""
    scores = [entry["eval_f1"] for entry in log if "eval_f1" in entry]
    return len(scores) > patience and scores.index(max(scores)) < len(scores) - patience


class Patience(TrainerCallback):
    """Early stopping; all it knows is in the log, so that it survives a kill."""

    def __init__(self, patience: int) -> None:
        self.patience = patience

    def on_evaluate(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        if is_stale(state.log_history, self.patience):
            control.should_training_stop = True


class Progress(TrainerCallback):
    """A bar with loss and development F1 on a terminal; elsewhere one line per evaluation."""

    def __init__(self) -> None:
        self.bar: tqdm | None = None
        self.loss = float("nan")

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        if state.is_world_process_zero:
            self.bar = tqdm(
                total=state.max_steps,
                initial=state.global_step,
                unit=" steps",
                dynamic_ncols=True,
                disable=not sys.stderr.isatty(),
            )

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        if self.bar is not None:
            self.bar.update(1)

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: Mapping[str, float],
        **kwargs: Any,
    ) -> None:
        if self.bar is None:
            return
        if "loss" in logs:
            self.loss = float(logs["loss"])
            self.bar.set_description(f"loss {self.loss:.3f}")
        if "eval_f1" in logs:
            best = max(e["eval_f1"] for e in [*state.log_history, logs] if "eval_f1" in e)
            line = f"pass {state.epoch:.0f}: loss {self.loss:.3f}, development F1 {100 * logs['eval_f1']:.1f}"
            tqdm.write(f"{line} (best {100 * best:.1f})", file=sys.stderr)
            self.bar.set_postfix_str(f"F1 {100 * logs['eval_f1']:.1f}, best {100 * best:.1f}")

    def on_train_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        if self.bar is not None:
            self.bar.close()
