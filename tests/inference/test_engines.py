from __future__ import annotations

import contextlib
import multiprocessing
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pytest

from annotations.document import Document
from annotations.errors import DataError, ZhaoshangError
from inference import chunks, parts
from inference.batch import Job, run
from inference.engines import local
from inference.engines.work import Setup
from inference.sources import find

Archive = Callable[..., Path]


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "REPORTS", 8)


def lines(source: Path, setup: Setup, workers: int) -> list[bytes]:
    work = parts.of_sources(find([source]))
    return [result.lines for _, result in local.results(work, setup, workers)]


def test_any_number_of_processes_gives_the_same_in_the_same_order(
    tiny: Path, archive: Archive
) -> None:
    source = archive(60)
    alone = lines(source, Setup(tiny), 1)
    assert len(alone) == 8
    assert lines(source, Setup(tiny), 2) == lines(source, Setup(tiny), 3) == alone


def test_reading_stays_a_few_chunks_ahead(tiny: Path, archive: Archive) -> None:
    read = []

    def watched():
        for chunk in parts.of_sources(find([archive(400)])):
            read.append(chunk)
            yield chunk

    results = local.results(watched(), Setup(tiny), 2)
    next(results)
    assert len(read) <= 6
    results.close()
    assert multiprocessing.active_children() == []


def test_told_to_stop_it_ends_with_whole_chunks_in_order(tiny: Path, archive: Archive) -> None:
    source = archive(200)
    expected = lines(source, Setup(tiny), 1)
    stop = threading.Event()
    found = []
    for _, result in local.results(parts.of_sources(find([source])), Setup(tiny), 2, stop.is_set):
        found.append(result.lines)
        stop.set()
    assert 1 <= len(found) < len(expected)
    assert found == expected[: len(found)]


class Deadly(Setup):
    """Loads an extractor that a report with the name of a ghost takes down with its whole process."""

    def load(self, threads: int | None):
        extractor = Setup.load(self, threads)
        extract = extractor.extract

        def deadly(reports, **options):
            if any("鬼" in report.text for report in reports):
                os._exit(11)
            return extract(reports, **options)

        extractor.extract = deadly
        return extractor


def test_a_report_that_kills_its_worker_becomes_an_error_record(
    tiny: Path, archive: Archive, tmp_path: Path
) -> None:
    source = archive(30)
    good = lines(source, Setup(tiny), 1)
    rows = source.read_text("utf-8").splitlines()
    rows[17] = '{"id": "ghost", "text": "鬼"}'
    (tmp_path / "bad.jsonl").write_text("\n".join(rows), "utf-8")
    found = lines(tmp_path / "bad.jsonl", Deadly(tiny), 2)
    assert found[:2] + found[3:] == good[:2] + good[3:]
    assert [b'"error"' in line for line in found[2].splitlines()] == [False] + [True] + [False] * 6


class Stillborn(Setup):
    def load(self, threads: int | None):
        os._exit(11)


def test_workers_that_cannot_live_end_the_job(tiny: Path, archive: Archive) -> None:
    with pytest.raises(ZhaoshangError, match="fewer --workers"):
        lines(archive(30), Stillborn(tiny), 2)


def test_ray_is_asked_for_by_its_extra(tiny: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    (tmp_path / "a.txt").write_text("项目")
    job = Job([tmp_path / "a.txt"], [tmp_path / "out.jsonl"], Setup(tiny), engine="ray")
    with pytest.raises(DataError, match=r"zhaoshang\[ray\]"):
        run(job)
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


@pytest.fixture
def cluster(archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A local Ray cluster of two workers, and a folder of six files that it can share out."""
    ray = pytest.importorskip("ray")
    pytest.importorskip("ray.data")
    (tmp_path / "in").mkdir()
    for number in range(6):
        archive(20 + number, f"in/{number}.jsonl")
    # Of both engines alike, and of the workers on Ray, which read the parts they are given.
    monkeypatch.setattr(parts, "PART_BYTES", 4000)
    # The workers of Ray do not know of the patched chunk size.
    monkeypatch.setattr(chunks, "REPORTS", 512)
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    yield ray
    ray.shutdown()


@pytest.mark.long
def test_ray_gives_the_same_as_the_local_engine(tiny: Path, tmp_path: Path, cluster: Any) -> None:
    local_out, ray_out = tmp_path / "local.jsonl", tmp_path / "ray.jsonl"
    run(Job([tmp_path / "in"], [local_out], Setup(tiny), workers=1))
    run(Job([tmp_path / "in"], [ray_out], Setup(tiny), engine="ray", workers=2))
    assert ray_out.read_bytes() == local_out.read_bytes()


class Mortal(Setup):
    """Loads an extractor that ends its own process in the middle of the job, once in all workers."""

    def load(self, threads: int | None):
        extractor = Setup.load(self, threads)
        extract, done = extractor.extract, []

        def mortal(reports, **options):
            done.append(len(reports))
            scar = self.model / "killed"
            if len(done) == 2:
                with contextlib.suppress(FileExistsError):
                    scar.touch(exist_ok=False)
                    os.kill(os.getpid(), signal.SIGKILL)
            return extract(reports, **options)

        extractor.extract = mortal
        return extractor


@pytest.mark.long
def test_ray_begins_the_work_of_a_killed_worker_anew(
    tiny: Path, tmp_path: Path, cluster: Any
) -> None:
    model = tmp_path / "model"
    shutil.copytree(tiny, model)
    local_out, ray_out = tmp_path / "local.jsonl", tmp_path / "ray.jsonl"
    run(Job([tmp_path / "in"], [local_out], Setup(model), workers=1))
    cloudpickle = pytest.importorskip("ray.cloudpickle")
    cloudpickle.register_pickle_by_value(sys.modules[__name__])  # tests are no package there
    run(Job([tmp_path / "in"], [ray_out], Mortal(model), engine="ray", workers=2))
    assert (model / "killed").exists()
    assert ray_out.read_bytes() == local_out.read_bytes()


class Poisoned(Setup):
    """Loads an extractor that ends its process whatever it is given."""

    def load(self, threads: int | None):
        extractor = Setup.load(self, threads)
        extractor.extract = lambda reports, **options: os._exit(11)
        return extractor


class Refusing(Setup):
    def load(self, threads: int | None):
        extractor = Setup.load(self, threads)

        def refuse(reports, **options):
            raise DataError("cannot be copied; run again with --resume", "s3://a/b.txt")

        extractor.extract = refuse
        return extractor


@pytest.mark.long
@pytest.mark.parametrize(
    ("setup", "said"),
    [
        (Poisoned, r"^Ray gave up: .*--resume, and with --engine local"),
        (Refusing, r"^s3://a/b\.txt: cannot be copied; run again with --resume$"),
    ],
)
def test_ray_gives_up_with_a_message(
    tiny: Path, tmp_path: Path, cluster: Any, setup: type[Setup], said: str
) -> None:
    cloudpickle = pytest.importorskip("ray.cloudpickle")
    cloudpickle.register_pickle_by_value(sys.modules[__name__])  # tests are no package there
    with pytest.raises(DataError, match=said):
        run(Job([tmp_path / "in"], [tmp_path / "o.jsonl"], setup(tiny), engine="ray", workers=1))


def test_a_worker_that_died_of_another_chunk_is_told_when_the_turn_comes(
    tiny: Path, archive: Archive
) -> None:
    pool = local._Pool(Deadly(tiny), 1)
    try:
        first = pool.submit([Document("ghost", "鬼")])
        with pytest.raises(BrokenProcessPool):
            first.result()
        later = pool.submit([Document("a", "项目")])
        with pytest.raises(BrokenProcessPool):
            later.result()
    finally:
        pool.close()
