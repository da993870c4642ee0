"""Fixtures by name for the writers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from annotations.document import Document
from inference import ledger
from inference.ledger import Ledger
from inference.writers import Writers
from tests.inference.writers.reports import hostile, plain, unreadable


@pytest.fixture(scope="session")
def documents() -> list[Document]:
    """Two plain reports that share a project, a hostile one, and one that could not be read."""
    return [*plain(), hostile(), unreadable()]


@pytest.fixture(scope="session")
def records(documents: list[Document]) -> Ledger:
    """Their ledger, with names as raw as the text: cleaning takes the worst out of them."""
    built = ledger.build(documents)
    return replace(
        built,
        projects=tuple(replace(entry, name=entry.evidence[0].text) for entry in built.projects),
        measures=tuple(replace(entry, text=entry.evidence.text) for entry in built.measures),
    )


@pytest.fixture
def write(tmp_path: Path, documents: list[Document]) -> Callable[..., Path]:
    """Write reports, by default `documents`, to a file of a name; gives its path."""

    def write(name: str, reports: list[Document] | None = None) -> Path:
        path = tmp_path / name
        writers = Writers([path])
        for document in documents if reports is None else reports:
            writers.write(document)
        writers.close()
        return path

    return write
