import json
from pathlib import Path

import pytest

from annotations.errors import DataError
from training import study as command
from training.config import TrainConfig
from training.data import Data
from training.study import Run, load_runs, part_of, study, table


def runs_file(folder: Path, text: str) -> Path:
    path = folder / "runs.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_runs_change_what_they_name(tmp_path: Path) -> None:
    text = "seeds = [1, 2]\n[all]\nepochs = 3\n[runs.full]\n[runs.half]\nshare = 0.5\nema = 0\n"
    (full, half), seeds = load_runs(runs_file(tmp_path, text))
    assert seeds == [1, 2]
    assert (full.name, full.share, full.config.epochs) == ("full", 1.0, 3)
    assert (half.share, half.config.ema, half.config.epochs) == (0.5, 0, 3)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("seeds = [1]", "at least one"),
        ("[runs.a]", "at least one"),
        ("seeds = [1]\n[runs.a]\nshare = 0", "share"),
        ("seeds = [1]\n[runs.a]\nepoch = 3", "unknown setting epoch"),
        ("seeds = [", "cannot be read"),
    ],
)
def test_a_broken_study_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(DataError, match=reason):
        load_runs(runs_file(tmp_path, text))


def test_larger_shares_hold_the_smaller(tiny_data: Data) -> None:
    kept = [{d.id for d in part_of(tiny_data.train, share)} for share in (0.01, 0.25, 0.5, 1)]
    assert [len(part) for part in kept] == [1, 6, 12, 24]
    assert kept[0] < kept[1] < kept[2] < kept[3]


def test_a_study_goes_on_where_it_stopped(
    tiny_data: Data, tiny_config: TrainConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "study.json"
    runs = [
        Run("long", tiny_config, 1.0),
        Run("short", tiny_config.override({"epochs": 1}), 0.5),
    ]
    study(tiny_data, runs[:1], [1], out)
    trained = []
    real = command.train_once
    monkeypatch.setattr(
        command, "train_once", lambda *args: trained.append(args[1:]) or real(*args)
    )
    found = study(tiny_data, runs, [1], out)
    assert [(run.name, seed) for run, seed in trained] == [("short", 1)]
    assert json.loads(out.read_text()) == found
    assert found["long"][0]["reports"] == 24
    assert found["short"][0]["reports"] == 12
    scores = [found[name][0]["scores"]["test"]["micro"] for name in ("long", "short")]
    assert scores[0] > scores[1]
    rows = table(found, "test").splitlines()
    assert len(rows) == 4
    assert rows[2].startswith("| long | 24 |")
    assert f"{100 * scores[0]:.1f}" in rows[2]
