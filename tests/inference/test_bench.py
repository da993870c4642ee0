from __future__ import annotations

from pathlib import Path

import pytest

from annotations.document import Document
from annotations.errors import DataError
from inference import bench
from inference.engines.work import Setup
from tests.inference.tiny_model import report


def test_the_table_has_each_size_and_number_of_processes(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "SIZES", (1, 2))
    monkeypatch.setattr(bench, "cores", lambda: 1)
    reports = [Document(str(i), report(i)) for i in range(3)]
    rows = list(bench.measure(reports, Setup(tiny), 1000))
    assert [row.name for row in rows] == ["start-up", "1×", "2×", "1 process"]
    assert rows[2].characters == 2 * rows[1].characters >= 2000
    assert all(row.seconds > 0 for row in rows)
    assert rows[1].memory > 10
    lines = bench.table(rows).splitlines()
    assert len(lines) == 6
    assert len({line.count("|") for line in lines}) == 1


def test_nothing_to_measure(tiny: Path) -> None:
    with pytest.raises(DataError, match="needs reports"):
        list(bench.measure([], Setup(tiny), 1000))
