from __future__ import annotations

import fnmatch
import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from annotations.errors import DataError
from training.config import CONTINUED, DEFAULT_FILE, RANGES, TrainConfig, load

WEIGHTS = "tags = 1, attributes = 1, links = 1"


def test_defaults_file_and_overrides(tmp_path) -> None:
    path = tmp_path / "c.toml"
    path.write_text("epochs = 3\nseed = 5\n", encoding="utf-8")
    config = load(path, {"seed": 7})
    assert (config.epochs, config.seed, config.batch_size) == (3, 7, TrainConfig().batch_size)
    assert TrainConfig().override(config.to_dict()) == config


def _explained() -> dict[str, str]:
    """Setting → the one line above it in the file of defaults."""
    lines = DEFAULT_FILE.read_text(encoding="utf-8").splitlines()
    names = {i: m[1] for i, line in enumerate(lines) if (m := re.match(r"(?:# )?(\w+) = ", line))}
    for i in names:
        assert re.match(r"# [A-Z]", lines[i - 1]), lines[i]
        assert [lines[i - 2], *lines[i + 1 : i + 2]] in ([""], ["", ""]), "one line of comment each"
    return {name: lines[i - 1] for i, name in names.items()}


def test_the_file_of_defaults_is_the_defaults() -> None:
    """The dataclass says what they are; the file repeats it for copying."""
    written = tomllib.loads(DEFAULT_FILE.read_text(encoding="utf-8"))
    assert load(DEFAULT_FILE) == TrainConfig()
    names = [f.name for f in fields(TrainConfig)]
    assert list(_explained()) == names
    # TOML has no null: what is None by default stands there as a comment.
    assert list(written) == [name for name in names if getattr(TrainConfig(), name) is not None]


@pytest.mark.parametrize("name", RANGES)
def test_the_file_of_defaults_gives_the_ranges(name: str) -> None:
    low, high = RANGES[name]
    assert re.search(rf"(?<![\d.]){low} to {high}[.,](?!\d)", _explained()[name])
    if name in CONTINUED:
        gentler = re.search(r"With --from (\S+)\.$", _explained()[name])
        assert float(gentler[1]) == CONTINUED[name]
    else:
        assert "With --from" not in _explained()[name]


def test_every_number_has_a_range() -> None:
    assert list(RANGES) == [f.name for f in fields(TrainConfig) if f.type in ("int", "float")]


def test_the_file_of_defaults_is_installed() -> None:
    root = Path(__file__).parents[2]
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"]["training"]
    assert any(fnmatch.fnmatch(DEFAULT_FILE.name, pattern) for pattern in patterns)
    assert DEFAULT_FILE.parent == root / "training"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("epoch = 3", "unknown setting epoch; there are base"),
        ("epochs = 0", "epochs = 0 must be a whole number from 1 to 10000"),
        ("epochs = true", "epochs = True must be a whole number"),
        ("epochs = 1.5", "epochs = 1.5 must be a whole number"),
        ("core = 160.0", "core = 160.0 must be a whole number"),
        ("seed = '7'", "seed = '7' must be a whole number from 0 to 4294967295"),
        ("seed = -1", "seed = -1 must be"),
        ("seed = 4294967296", "seed = 4294967296 must be"),
        ("layers = 'all'", "layers = 'all' must be a whole number"),
        ("dropout = nan", "dropout = nan must be a number"),
        ("base = 3", "base = 3 must be a folder or a Hugging Face id"),
        ("base = ' '", "base = ' ' must be a folder"),
        ("dropout = 'x'", "dropout = 'x' must be a number"),
        ("epochs = ", "not valid TOML"),
        ("loss_weights = {tags = 1.0}", "loss_weights needs a weight"),
        ("loss_weights = 5", "loss_weights needs a weight.*found 5"),
        ("loss_weights = ['tags']", "loss_weights needs a weight"),
        (f"loss_weights = {{{WEIGHTS}, kinds = 'x'}}", "loss_weights needs a weight.*'x'"),
        (f"loss_weights = {{{WEIGHTS}, kinds = true}}", "loss_weights needs a weight"),
        (f"loss_weights = {{{WEIGHTS}, kinds = -1}}", "loss_weights needs a weight"),
        (f"loss_weights = {{{WEIGHTS}, kinds = inf}}", "loss_weights needs a weight"),
        (f"loss_weights = {{{WEIGHTS}, kinds = 0, moods = 1}}", "loss_weights needs a weight"),
    ],
)
def test_nonsense_is_refused_with_the_reason(tmp_path, text: str, reason: str) -> None:
    path = tmp_path / "c.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=rf"c\.toml: .*{reason}"):
        load(path)


def test_what_is_overridden_is_checked_and_what_cannot_be_read_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"^configuration: batch_size = 2\.5 must be a whole"):
        load(None, {"batch_size": 2.5})
    with pytest.raises(DataError, match="loss_weights needs"):
        TrainConfig(loss_weights={"tags": "x"})
    with pytest.raises(DataError, match=r"none\.toml: no such configuration file"):
        load(tmp_path / "none.toml")
    with pytest.raises(DataError, match="cannot be read"):
        load(tmp_path)
    assert load(None, {"base": None, "dropout": 0, "seed": 0}).dropout == 0


def test_a_file_wins_over_the_gentler_defaults_of_going_on(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text("epochs = 9\n", encoding="utf-8")
    config = load(path, continued=True)
    assert (config.epochs, config.patience) == (9, CONTINUED["patience"])
