"""What a training says of itself while it runs."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

import pytest

from training.config import TrainConfig
from training.data import Data
from training.train import train

LINE = re.compile(r"pass (\d): loss (\d+\.\d{3}), development F1 (\d+\.\d) \(best (\d+\.\d)\)")


class Terminal(io.StringIO):
    """A standard error that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def short(tiny_config: TrainConfig) -> TrainConfig:
    return tiny_config.override({"epochs": 2})


def test_a_line_per_evaluation_where_there_is_no_terminal(
    tiny_data: Data, short: TrainConfig, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    history = train(tiny_data, short, tmp_path / "m")["history"]["log"]
    printed = capsys.readouterr()
    assert printed.out == ""
    scores = [100 * entry["eval_f1"] for entry in history if "eval_f1" in entry]
    found = LINE.findall(printed.err)
    assert [number for number, *_ in found] == ["1", "2"]
    assert [f1 for _, _, f1, _ in found] == [f"{score:.1f}" for score in scores]
    assert found[-1][-1] == f"{max(scores):.1f}"
    assert "steps" not in printed.err, "no bar"


def test_a_bar_with_loss_and_f1_on_a_terminal(
    tiny_data: Data, short: TrainConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    train(tiny_data, short, tmp_path / "m")
    last = screen.getvalue().split("\r")[-1]
    assert re.match(r"loss \d+\.\d{3}: 100%\|.* steps.*, F1 \d+\.\d, best \d+\.\d\]", last), last
    assert LINE.search(screen.getvalue())


def test_quiet_is_quiet(
    tiny_data: Data, short: TrainConfig, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train(tiny_data, short.override({"epochs": 1}), tmp_path / "m", quiet=True)
    assert not LINE.search(capsys.readouterr().err)
