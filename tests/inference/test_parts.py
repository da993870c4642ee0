from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.document import Document
from inference import chunks, parts
from inference.chunks import gather
from inference.parts import Position
from inference.sources import Source, find

SIZES = st.lists(st.integers(0, 50), max_size=60)


@given(SIZES, st.integers(1, 60))
def test_chunks_hold_every_report_once_and_close_when_full(sizes: list[int], full: int) -> None:
    reports = [Document(str(i), "x" * size) for i, size in enumerate(sizes)]
    found = list(gather(reports, full))
    assert [report for chunk in found for report in chunk] == reports
    for chunk in found[:-1]:
        assert sum(len(report.text) for report in chunk) >= full
    for chunk in found:
        assert sum(len(report.text) for report in chunk[:-1]) < full


def test_many_reports_without_text_close_a_chunk() -> None:
    found = list(gather(Document(str(i), "") for i in range(chunks.REPORTS + 1)))
    assert list(map(len, found)) == [chunks.REPORTS, 1]


def test_chunks_are_cut_as_reports_are_read() -> None:
    read = []

    def reports():
        for i in range(10):
            read.append(i)
            yield Document(str(i), "x" * 10)

    assert len(next(gather(reports(), 20))) == 2
    assert read == [0, 1]


@given(SIZES)
def test_parts_hold_every_source_once(sizes: list[int]) -> None:
    unit = parts.PART_BYTES // 20
    sources = [Source(str(i), size * unit) for i, size in enumerate(sizes)]
    found = list(parts.parts(sources))
    assert [source for part in found for source in part] == sources
    assert all(sum(s.size for s in part[:-1]) < parts.PART_BYTES for part in found)


def test_from_every_position_on_the_chunks_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "PART_BYTES", 600)
    monkeypatch.setattr(chunks, "REPORTS", 3)
    for number in range(7):
        lines = "".join(f'{{"text": "{number} {i} {"x" * 60}"}}\n' for i in range(number * 2))
        (tmp_path / f"{number}.jsonl").write_text(lines)
    everything = list(parts.of_sources(find([tmp_path])))
    assert len({chunk.end.part for chunk in everything}) > 2
    assert len(everything) > 10
    for number, chunk in enumerate(everything):
        assert list(parts.of_sources(find([tmp_path]), start=chunk.end)) == everything[number + 1 :]
    assert list(parts.of_sources(find([tmp_path]), start=Position())) == everything
