from __future__ import annotations

import pytest

from annotations.errors import DataError
from training.config import TrainConfig, load


def test_defaults_file_and_overrides(tmp_path) -> None:
    path = tmp_path / "c.toml"
    path.write_text("epochs = 3\nseed = 5\n", encoding="utf-8")
    config = load(path, {"seed": 7})
    assert (config.epochs, config.seed, config.batch_size) == (3, 7, TrainConfig().batch_size)
    assert TrainConfig().override(config.to_dict()) == config


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("epoch = 3", "unknown setting epoch; there are base"),
        ("epochs = 0", "epochs = 0 must be a number from 1"),
        ("epochs = true", "epochs = True must be a number"),
        ("dropout = 'x'", "dropout = 'x' must be a number"),
        ("epochs = ", "not valid TOML"),
        ("loss_weights = {tags = 1.0}", "loss_weights needs a weight"),
    ],
)
def test_nonsense_is_refused_with_the_reason(tmp_path, text: str, reason: str) -> None:
    path = tmp_path / "c.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=reason):
        load(path)
