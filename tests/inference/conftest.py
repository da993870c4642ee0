from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from annotations.scheme import Scheme
from tests.inference import tiny_model


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory, scheme: Scheme) -> Path:
    """A small model folder; see `tests.inference.tiny_model`."""
    return tiny_model.save(tmp_path_factory.mktemp("tiny") / "model", scheme)


@pytest.fixture
def archive(tmp_path: Path) -> Callable[..., Path]:
    """Writes a ``.jsonl`` of so many short reports."""

    def write(count: int, name: str = "in.jsonl", sentences: int = 4) -> Path:
        path = tmp_path / name
        with path.open("w", encoding="utf-8") as file:
            for number in range(count):
                record = {"id": f"r{number}", "text": tiny_model.report(number, sentences)}
                file.write(json.dumps(record, ensure_ascii=False) + "\n")
        return path

    return write
