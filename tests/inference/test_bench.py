from __future__ import annotations

from pathlib import Path

import pytest

from annotations import store
from annotations.document import Document
from annotations.errors import DataError
from inference import bench, chunks, memory
from inference.bench import Row
from inference.engines.work import Setup
from tests.inference.tiny_model import report

Times = dict[str, float]


def reports(count: int = 3) -> list[Document]:
    return [Document(str(i), report(i)) for i in range(count)]


@pytest.mark.usefixtures("quick")
def test_jobs_are_timed_in_processes_of_their_own(tiny: Path) -> None:
    rows = list(bench.measure(reports(), Setup(tiny), 1000))
    assert [row.name for row in rows] == [
        "start-up, as a library",
        "start-up, 1 process",
        "1×",
        "2×",
        "1 core",
    ]
    assert rows[3].characters == 2 * rows[2].characters >= 2000
    assert all(row.seconds > 0 for row in rows)
    assert all(row.memory > 10 for row in rows)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "SIZES", (1, 2))
    monkeypatch.setattr(bench, "STARTS", 1)
    monkeypatch.setattr(bench, "cores", lambda: 1)


@pytest.fixture
def times(monkeypatch: pytest.MonkeyPatch) -> Times:
    """Jobs that are only said to run: how long start-up and one report each take, by the number of workers."""
    times = {"start": 2.0, "report": 0.01}

    def run(script: str, argument: str) -> tuple[float, float]:
        if script == bench._START:
            return 0.5, 100.0
        job = bench.pickle.loads(Path(argument).read_bytes())
        work = sum(bool(one.text) for one in store.iterate(job.inputs[0])) * times["report"]
        return times["start"] + work / job.workers, 100.0 * job.workers

    monkeypatch.setattr(bench, "_run", run)
    monkeypatch.setattr(bench, "cores", lambda: 2)
    return times


def test_start_up_does_not_count_and_has_rows_of_its_own(tiny: Path, times: Times) -> None:
    rows = {row.name: row for row in bench.measure(reports(), Setup(tiny), 1000)}
    assert rows["start-up, as a library"].seconds == 0.5
    assert rows["start-up, 1 process"].seconds == rows["start-up, 2 processes"].seconds == 2
    assert rows["4×"].seconds == pytest.approx(4 * rows["1×"].seconds)
    assert rows["1 core"].seconds == pytest.approx(2 * rows["2 cores"].seconds)
    for name in ("4×", "16×", "2 cores"):
        assert rows[name].cells[6] in ("+0.0", "-0.0")
    assert rows["1×"].cells[6] == rows["1 core"].cells[6] == ""
    assert rows["2 cores"].memory == 200


def test_what_is_off_linear_is_said_in_per_cent() -> None:
    slow = Row("4×", 4, 400, 5.0, None, 100.0)
    assert slow.cells[5:7] == ("80", "-20.0")


def test_every_worker_has_as_many_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "REPORTS", 5)
    size = len(reports()[0].text)
    for workers, characters in ((1, 10), (2, 10), (3, 40 * size), (4, 40 * size)):
        least = bench._least(reports(), characters, workers)
        assert len(least) % (5 * workers) == 0
        assert sum(len(one.text) for one in least) >= characters
    assert [one.id for one in least[:4]] == ["0", "1", "2", "0"]


def test_one_core_is_one_thread(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    monkeypatch.setattr(
        bench.Extractor, "load", lambda folder, *, threads, **rest: found.append(threads)
    )
    Setup(tiny).load(None)
    bench._OneThread(tiny).load(None)
    assert found == [None, 1]


def test_the_table_says_what_its_figures_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "kind", lambda: memory.RSS)
    rows = [Row("1×", 10, 1000, 2.0, 300.0), Row("start-up", 0, 0, 0.5)]
    lines = bench.table(rows).splitlines()
    assert len({line.count("|") for line in lines[:4]}) == 1
    assert lines[0].endswith("| peak MiB (RSS) |")
    assert lines[2] == "| 1× | 10 | 1,000 | 2.00 | 5.0 | 500 |  | 300 |"
    assert "without their start-up" in lines[-1]
    assert "shared pages for each" in lines[-1]


def test_a_job_that_fails_ends_the_benchmark(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"exit code 1: annotations\.errors\.DataError: .+"):
        next(bench.measure(reports(), Setup(tmp_path), 1000))


def test_nothing_to_measure(tiny: Path) -> None:
    with pytest.raises(DataError, match="needs reports"):
        list(bench.measure([], Setup(tiny), 1000))
