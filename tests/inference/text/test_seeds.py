"""The five seeds as repair leaves them, each read by a person against its raw text."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from inference.text import clean

READ = sorted((Path(__file__).parents[2] / "data" / "seeds").glob("*.txt"))


def test_every_seed_was_read() -> None:
    seeds = (resources.files("annotations") / "seeds").iterdir()
    assert sorted(seed.name for seed in seeds) == [path.name for path in READ]


@pytest.mark.parametrize("path", READ, ids=lambda path: path.name[:3])
def test_a_seed_is_cleaned_to_the_text_that_was_read(path: Path) -> None:
    seed = resources.files("annotations") / "seeds" / path.name
    assert clean(seed.read_bytes().decode()).text == path.read_bytes().decode()
