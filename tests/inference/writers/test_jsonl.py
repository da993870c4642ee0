"""Reports as JSON Lines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from annotations import store
from annotations.document import Document


def test_reports_come_back_as_they_were(
    write: Callable[..., Path], documents: list[Document]
) -> None:
    assert store.load(write("reports.jsonl")) == documents


def test_a_lone_surrogate_leaves_offsets_as_they_are(write: Callable[..., Path]) -> None:
    path = write("reports.jsonl", [Document("one", "半个\ud83d字\\")])
    assert store.load(path) == [Document("one", "半个?字\\")]
