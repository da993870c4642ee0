"""The train command as ``torchrun``, in two processes, and ``accelerate launch`` start it."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

from annotations import store
from inference.settings import ModelSettings
from tests.training.tiny_corpus import corpus
from training.config import TrainConfig
from training.lineage import weights_digest
from training.model import ReportTagger

ROOT = Path(__file__).parents[2]
#: As modules, for their scripts need not be on the path. Without MPI, Accelerate starts one process on a CPU; on
#: several GPUs it starts them by torchrun.
LAUNCHERS = {
    "torchrun": ["torch.distributed.run", "--standalone", "--nproc-per-node", "2"],
    "accelerate": ["accelerate.commands.launch", "--cpu", "--num_processes", "1"],
}
PROCESSES = {"torchrun": 2, "accelerate": 1}


@pytest.mark.long
@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_a_launcher_makes_one_whole_model(
    launcher: str, tiny_config: TrainConfig, tmp_path: Path
) -> None:
    store.save(tmp_path / "data.jsonl", corpus(30))
    settings = tiny_config.override({"batch_size": 4, "swap": 0.0}).to_dict()
    words = ["train", "--data", tmp_path / "data.jsonl", "--out", tmp_path / "m"]
    words += ["--base", settings.pop("base"), "--name", "tiny"]
    words += [f"--set={key}={json.dumps(value)}" for key, value in settings.items()]
    command = [sys.executable, "-m", *LAUNCHERS[launcher], "-m", "zhaoshang", *map(str, words)]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    assert [p.name for p in tmp_path.glob("*m*")] == ["m"], "one folder, nothing beside it"
    for line in ("pass 1: loss", "pass 8: loss"):
        assert done.stderr.count(line) == 1, "the first process alone reports"
    assert done.stdout.count("model folder: ") == 1
    figures = json.loads((tmp_path / "m" / "figures.json").read_text(encoding="utf-8"))
    model = ReportTagger.from_pretrained(tmp_path / "m")
    assert weights_digest(model) == figures["lineage"]["weights"]
    assert ModelSettings.load(tmp_path / "m").name == "tiny"
    assert figures["development"]["micro"]["f1"] > 0.5
    batches = math.ceil(figures["data"]["train"]["reports"] / (4 * PROCESSES[launcher]))
    steps = max(entry["step"] for entry in figures["history"]["log"])
    assert steps == 8 * batches, "every process has its share of the reports"
