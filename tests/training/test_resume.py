"""A training that is killed and resumed ends with the weights of one that was not."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from annotations import store
from annotations.errors import DataError
from training.callbacks import Average, is_stale
from training.config import TrainConfig
from training.data import Data
from training.fit import STATE_FILE, last_checkpoint
from training.train import train

ROOT = Path(__file__).parents[2]
CHILD = """
import json, sys, torch
from pathlib import Path
from annotations import store
from training.config import TrainConfig
from training.data import Data
from training.train import train
torch.set_num_threads(1)
folder = Path(sys.argv[1])
parts = [store.load(folder / f"{name}.jsonl") for name in ("train", "development", "test")]
config = TrainConfig().override(json.loads((folder / "config.json").read_text()))
train(Data(*parts), config, folder / "m", name="tiny", quiet=True)
"""


class Killed(BaseException):
    """Stands for a signal."""


def weights(folder: Path) -> bytes:
    return (folder / "model.safetensors").read_bytes()


def figures(folder: Path) -> object:
    """All but the lineage, which tells of the code too."""
    found = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    return {key: value for key, value in found.items() if key != "lineage"}


@pytest.mark.parametrize("step", [2, 11, 24])
def test_interrupted_anywhere(
    step: int,
    tiny_model: Path,
    tiny_data: Data,
    tiny_config: TrainConfig,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = Average.on_step_end

    def until(
        self: Average, args: object, state: object, control: object, **kwargs: object
    ) -> None:
        if state.global_step == step:
            raise Killed
        kept(self, args, state, control, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(Average, "on_step_end", until)
        with pytest.raises(Killed):
            train(tiny_data, tiny_config, tmp_path / "m", name="tiny", quiet=True)
    assert not (tmp_path / "m").exists()
    train(tiny_data, tiny_config, tmp_path / "m", name="tiny", quiet=True, resume=True)
    assert weights(tmp_path / "m") == weights(tiny_model)
    assert figures(tmp_path / "m") == figures(tiny_model)


def test_killed_by_the_system(
    tiny_model: Path, tiny_data: Data, tiny_config: TrainConfig, tmp_path: Path
) -> None:
    for name, documents in tiny_data.parts().items():
        store.save(tmp_path / f"{name}.jsonl", documents)
    (tmp_path / "config.json").write_text(json.dumps(tiny_config.to_dict()), encoding="utf-8")
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stderr=subprocess.DEVNULL,
    )
    checkpoints = tmp_path / ".m.training" / "checkpoints"
    deadline = time.monotonic() + 120
    while len(list(checkpoints.glob(f"*/{STATE_FILE}"))) < 2 and time.monotonic() < deadline:
        assert child.poll() is None, "it ended before it could be killed"
        time.sleep(0.01)
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert not (tmp_path / "m").exists()
    train(tiny_data, tiny_config, tmp_path / "m", name="tiny", quiet=True, resume=True)
    assert weights(tmp_path / "m") == weights(tiny_model)


def test_half_written_checkpoints_are_not_resumed(tmp_path: Path) -> None:
    for step, state in ((3, "{}"), (6, '{"epo'), (12, None)):
        folder = tmp_path / f"checkpoint-{step}"
        folder.mkdir()
        if state is not None:
            (folder / STATE_FILE).write_text(state, encoding="utf-8")
    assert last_checkpoint(tmp_path) == tmp_path / "checkpoint-3"
    assert [p.name for p in tmp_path.iterdir()] == ["checkpoint-3"]
    assert last_checkpoint(tmp_path / "none") is None


def test_a_run_is_resumed_with_what_it_began_with(
    tiny_data: Data, tiny_config: TrainConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def at_once(*args: object, **kwargs: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Average, "on_step_end", at_once)
        with pytest.raises(Killed):
            train(tiny_data, tiny_config, tmp_path / "m", quiet=True)
    other = tiny_config.override({"seed": 99})
    with pytest.raises(DataError, match="the interrupted run had another config"):
        train(tiny_data, other, tmp_path / "m", quiet=True, resume=True)
    fewer = Data(tiny_data.train[1:], tiny_data.development, tiny_data.test)
    with pytest.raises(DataError, match="the interrupted run had another data"):
        train(fewer, tiny_config, tmp_path / "m", quiet=True, resume=True)


def test_patience_counts_evaluations_since_the_best() -> None:
    log = [{"eval_f1": f1} for f1 in (0.1, 0.5, 0.5, 0.4)]
    assert is_stale(log, 2)
    assert not is_stale(log, 3)
    assert not is_stale(log[:2], 1)
    assert not is_stale([], 1)


def test_a_run_killed_between_its_last_pass_and_its_end_takes_no_further_pass(
    tiny_data: Data, tiny_config: TrainConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from training import train as training

    # Without learning the first evaluation is the best, and patience ends the run.
    config = tiny_config.override({"patience": 2, "encoder_rate": 0.0, "head_rate": 0.0})
    whole = train(tiny_data, config, tmp_path / "whole", quiet=True)

    def killed(*args: object, **kwargs: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(training, "calibrate", killed)
        with pytest.raises(Killed):
            train(tiny_data, config, tmp_path / "m", quiet=True)
    resumed = train(tiny_data, config, tmp_path / "m", quiet=True, resume=True)
    passes = [sum("eval_f1" in e for e in run["history"]["log"]) for run in (whole, resumed)]
    assert passes == [3, 3]
    assert weights(tmp_path / "m") == weights(tmp_path / "whole")
