from __future__ import annotations

import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from annotations import store
from annotations.errors import DataError
from inference import batch, chunks, journal, sources
from inference.batch import Job, Outcome, run
from inference.engines.work import Setup
from inference.journal import folder_of
from inference.limits import Limits
from inference.memory import watched
from tests.inference import tiny_model

ROOT = Path(__file__).parents[2]
Archive = Callable[..., Path]


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "REPORTS", 4)


def job(tiny: Path, inputs: list, *outs: Path, **options: object) -> Job:
    options = {"workers": 1, **options}
    return Job(inputs, outs, Setup(tiny), **options)


def texts(path: Path) -> list[str]:
    return [document.id for document in store.iterate(path)]


def test_a_job_writes_each_report_in_order_and_counts(
    tiny: Path, archive: Archive, tmp_path: Path
) -> None:
    out = tmp_path / "new" / "out.jsonl"
    outcome, summary = run(job(tiny, [archive(30)], out))
    assert outcome is Outcome.DONE
    assert texts(out) == [f"r{i}" for i in range(30)]
    assert summary.reports == 30
    assert summary.characters == sum(len(d.text) for d in store.iterate(out))
    assert summary.spans.total() == sum(len(d.spans) for d in store.iterate(out)) > 0
    assert [path.name for path in out.parent.iterdir()] == ["out.jsonl"]


def test_the_model_of_these_tests_minds_what_shares_a_batch(tiny: Path, archive: Archive) -> None:
    # Else the tests below could not fail.
    extractor = Setup(tiny).load(threads=1)
    reports = list(store.iterate(archive(30)))
    together = [document.to_dict() for document in extractor.extract(reports)]
    assert together != [document.to_dict() for r in reports for document in extractor.extract([r])]


@pytest.mark.usefixtures("small_chunks")
def test_wherever_a_job_is_cut_short_the_resumed_one_gives_the_same(
    tiny: Path, archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs = [archive(30, "a.jsonl"), archive(7, "b.jsonl")]
    whole = tmp_path / "whole.jsonl"
    _, expected = run(job(tiny, inputs, whole))
    append = journal.Journal.append
    for cut in range(10):
        out = tmp_path / f"cut{cut}.jsonl"
        done = 0

        def fail(self: journal.Journal, *args: object, cut: int = cut) -> None:
            nonlocal done
            if done == cut:
                self._file.write(b'{"id": "half a line')
                raise SystemError("as if killed")
            done += 1
            append(self, *args)

        monkeypatch.setattr(journal.Journal, "append", fail)
        with pytest.raises(SystemError):
            run(job(tiny, inputs, out))
        monkeypatch.setattr(journal.Journal, "append", append)
        assert not out.exists()
        outcome, summary = run(job(tiny, inputs, out), resume=True)
        assert outcome is Outcome.DONE
        assert out.read_bytes() == whole.read_bytes()
        assert (summary.reports, summary.spans) == (expected.reports, expected.spans)


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("step", ["os.replace", "shutil.rmtree", "shutil.copyfile"])
def test_cut_short_while_the_outputs_are_put_in_place(
    tiny: Path, archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    source = archive(10)
    outs = [tmp_path / "a.jsonl", tmp_path / "b.jsonl"]
    deliver = batch._deliver

    def fail(*args: object, **options: object) -> None:
        raise SystemError("as if killed")

    def failing(*args: object) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(step, fail)
            deliver(*args)

    monkeypatch.setattr(batch, "_deliver", failing)
    with pytest.raises(SystemError):
        run(job(tiny, [source], *outs))
    monkeypatch.setattr(batch, "_deliver", deliver)
    # All reports are done: no worker may be needed again.
    monkeypatch.setattr(batch, "_extract", fail)
    if step != "shutil.rmtree":
        run(job(tiny, [source], *outs), resume=True)
    assert texts(outs[0]) == texts(outs[1]) == [f"r{i}" for i in range(10)]


def test_error_records_take_the_place_of_bad_reports(
    tiny: Path, archive: Archive, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_bytes("项目".encode() + b"\xff\xff")
    (folder / "b.txt").write_text("")
    archive(3, "in/c.jsonl")
    (folder / "d.jsonl").write_text('{"id": "bad"\n{"id": "good", "text": "项目"}\n')
    (folder / "e.txt").write_text("项目" * 500)
    out = tmp_path / "out.jsonl"
    outcome, summary = run(job(tiny, [folder], out, limits=Limits(characters=900)))
    assert outcome is Outcome.FAILURES
    assert summary.errors == {"encoding": 1, "empty": 1, "json": 1, "length": 1}
    assert "d.jsonl:1" in str(summary)
    records = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert ["error" in record for record in records] == [
        True,
        True,
        False,
        False,
        False,
        True,
        False,
        True,
    ]


def test_too_many_errors_end_the_run_and_it_can_go_on(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "REPORTS", 1)
    source = tmp_path / "in.jsonl"
    source.write_text('{"id": "a", "text": "项目"}\nx\ny\nz\n{"id": "b", "text": "项目"}\n')
    out = tmp_path / "out.jsonl"
    outcome, summary = run(job(tiny, [source], out, max_errors=1))
    assert (outcome, summary.errors.total()) == (Outcome.HOPELESS, 2)
    assert not out.exists()
    assert "--resume" in outcome.hint(job(tiny, [source], out))
    outcome, summary = run(job(tiny, [source], out, max_errors=3), resume=True)
    assert (outcome, summary.reports) == (Outcome.FAILURES, 5)


@pytest.mark.usefixtures("small_chunks")
def test_an_interrupt_finishes_what_is_in_hand(
    tiny: Path, archive: Archive, tmp_path: Path
) -> None:
    source, out = archive(20), tmp_path / "out.jsonl"
    run(job(tiny, [source], tmp_path / "whole.jsonl"))
    handler = signal.getsignal(signal.SIGINT)
    outcome, summary = run(
        job(tiny, [source], out), progress=lambda part: os.kill(os.getpid(), signal.SIGINT)
    )
    assert (outcome, summary.reports) == (Outcome.INTERRUPTED, 4)
    assert signal.getsignal(signal.SIGINT) is handler
    outcome, _ = run(job(tiny, [source], out), resume=True)
    assert outcome is Outcome.DONE
    assert out.read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


@pytest.mark.usefixtures("small_chunks")
def test_tables_are_built_from_all_runs(tiny: Path, archive: Archive, tmp_path: Path) -> None:
    source, out = archive(12), tmp_path / "out.csv"
    run(job(tiny, [source], out), progress=lambda part: os.kill(os.getpid(), signal.SIGINT))
    assert not out.exists()
    run(job(tiny, [source], out), resume=True)
    run(job(tiny, [source], tmp_path / "whole.csv"))
    assert out.read_bytes() == (tmp_path / "whole.csv").read_bytes()


def test_a_changed_input_is_not_resumed(
    tiny: Path, archive: Archive, tmp_path: Path, small_chunks: None
) -> None:
    source, out = archive(12), tmp_path / "out.jsonl"
    run(job(tiny, [source], out), progress=lambda part: os.kill(os.getpid(), signal.SIGINT))
    archive(13)
    with pytest.raises(DataError, match="differs from this one in its inputs"):
        run(job(tiny, [source], out), resume=True)


def test_an_output_inside_the_input_folder_is_not_read(
    tiny: Path, archive: Archive, tmp_path: Path
) -> None:
    archive(3)
    out = tmp_path / "out.jsonl"
    for _ in range(2):
        _, summary = run(job(tiny, [tmp_path], out))
        assert summary.reports == 3


def test_an_input_is_no_output(tiny: Path, archive: Archive) -> None:
    source = archive(3)
    before = source.read_bytes()
    with pytest.raises(DataError, match="is an input and an output"):
        run(job(tiny, [source], source))
    assert source.read_bytes() == before


def test_standard_input_is_not_resumed(tiny: Path, tmp_path: Path) -> None:
    stdin = job(tiny, ["-"], tmp_path / "out.jsonl")
    with pytest.raises(DataError, match=r"standard input: cannot be read again.*--fresh"):
        run(stdin, resume=True)
    assert "--resume" not in Outcome.INTERRUPTED.hint(stdin)
    assert "--fresh" in Outcome.INTERRUPTED.hint(stdin)


def test_a_store_that_fails_leaves_a_job_to_be_resumed(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = pytest.importorskip("fsspec").filesystem("memory")
    for number in range(4):
        system.pipe(f"/batch/{number}.txt", tiny_model.report(number).encode())
    monkeypatch.setattr(chunks, "REPORTS", 1)
    monkeypatch.setattr(sources, "_WAITS", (0.0, 0.0))
    whole, out = tmp_path / "whole.jsonl", tmp_path / "out.jsonl"
    run(job(tiny, ["memory://batch"], whole))
    opened = type(system)._open

    def failing(self: object, path: str, *args: object, **options: object) -> object:
        if path.endswith("2.txt"):
            raise OSError(110, "Connection timed out")
        return opened(self, path, *args, **options)

    monkeypatch.setattr(type(system), "_open", failing)
    with pytest.raises(DataError, match=r"2\.txt.*timed out.*--resume"):
        run(job(tiny, ["memory://batch"], out))
    assert not out.exists()
    monkeypatch.setattr(type(system), "_open", opened)
    outcome, _ = run(job(tiny, ["memory://batch"], out), resume=True)
    assert outcome is Outcome.DONE
    assert out.read_bytes() == whole.read_bytes()


@pytest.mark.parametrize("suffix", [".jsonl", ".csv"])
def test_a_disk_too_full_for_the_outputs_keeps_what_was_done(
    tiny: Path, archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    source, outs = archive(5), (tmp_path / "a.jsonl", tmp_path / f"b{suffix}")

    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    step = "shutil.copyfile" if suffix == ".jsonl" else "inference.batch._write_tables"
    monkeypatch.setattr(step, full)
    with pytest.raises(DataError, match=rf"b\{suffix}: .*No space left.*kept.*--resume"):
        run(job(tiny, [source], *outs))
    monkeypatch.undo()
    outcome, _ = run(job(tiny, [source], *outs), resume=True)
    assert outcome is Outcome.DONE
    assert texts(outs[0]) == [f"r{i}" for i in range(5)]
    assert outs[1].exists()


def command(tiny: Path, source: Path, out: Path, *options: str) -> list[str]:
    main = [sys.executable, str(ROOT / "zhaoshang.py"), "extract", str(source)]
    return [*main, "--model", str(tiny), "--out", str(out), *options]


def test_a_full_disk_is_said_and_the_job_goes_on_when_there_is_room(
    tiny: Path, archive: Archive, tmp_path: Path
) -> None:
    source = archive(300, sentences=12)
    whole, out = tmp_path / "whole.jsonl", tmp_path / "out.jsonl"
    subprocess.run(command(tiny, source, whole), check=True, capture_output=True)
    most = whole.stat().st_size * 2 // 3

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    ended = subprocess.run(command(tiny, source, out), capture_output=True, preexec_fn=limited)
    said = ended.stderr.decode()
    assert ended.returncode == 2, said
    assert "out.jsonl.run: cannot be written: File too large" in said
    assert "--resume" in said
    assert "Traceback" not in said
    assert not out.exists()
    assert (folder_of(out) / "progress.json").exists()
    ended = subprocess.run(command(tiny, source, out, "--resume"), capture_output=True)
    assert ended.returncode == 0, ended.stderr.decode()
    assert out.read_bytes() == whole.read_bytes()


def until_gone(group: int) -> None:
    """Wait for the last process of a group to end, for a while."""
    for _ in range(1000):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)
    pytest.fail("some process lives on")


@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_at_the_terminal_ends_all_processes_and_says_how_to_go_on(
    tiny: Path, archive: Archive, tmp_path: Path, times: int
) -> None:
    source = archive(450, sentences=12)
    whole, out = tmp_path / "whole.jsonl", tmp_path / "out.jsonl"
    subprocess.run(command(tiny, source, whole), check=True, capture_output=True)
    words = command(tiny, source, out, "--workers", "2")
    process = subprocess.Popen(words, stderr=subprocess.PIPE, start_new_session=True)
    while process.poll() is None and not (folder_of(out) / "progress.json").exists():
        time.sleep(0.01)
    for _ in range(times):
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(0.02)
    _, errors = process.communicate(timeout=120)
    said = errors.decode()
    assert process.returncode == 130, said
    assert "--resume" in said
    assert "Traceback" not in said
    assert not out.exists()
    until_gone(process.pid)
    ended = subprocess.run(command(tiny, source, out, "--resume"), capture_output=True)
    assert ended.returncode == 0, ended.stderr.decode()
    assert out.read_bytes() == whole.read_bytes()


@pytest.mark.long
def test_killed_at_any_moment_nothing_is_lost_and_nothing_twice(
    tiny: Path, archive: Archive, tmp_path: Path, full: bool
) -> None:
    reports, kills = (2000, 50) if full else (200, 3)
    source = archive(reports, sentences=12)
    whole = tmp_path / "whole.jsonl"
    started = time.perf_counter()
    subprocess.run(command(tiny, source, whole), check=True, capture_output=True)
    length = time.perf_counter() - started
    rng = random.Random(0)
    done = cut = runs = 0
    out = tmp_path / "out.jsonl"
    # Enough kills must have hit the work itself, not only its beginnings.
    while cut < kills or done < max(1, kills // 5):
        assert (runs := runs + 1) < 20 * kills, "the job ends before it can be killed"
        process = subprocess.Popen(
            command(tiny, source, out, "--resume"), stderr=subprocess.PIPE, start_new_session=True
        )
        state = folder_of(out) / "progress.json"
        if cut % 2:  # every other kill waits for work to have been done, however slow the start
            while process.poll() is None and not state.exists():
                time.sleep(0.01)
        try:
            _, errors = process.communicate(timeout=rng.uniform(0, length))
        except subprocess.TimeoutExpired:
            # At times only the parent, whose workers must follow it by themselves.
            if rng.random() < 0.5:
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            cut += 1
            done += state.exists()
        else:
            assert process.returncode == 0, errors.decode()
            assert out.read_bytes() == whole.read_bytes()
            out.unlink()
    run = subprocess.run(command(tiny, source, out, "--resume"), capture_output=True)
    assert run.returncode == 0, run.stderr.decode()
    assert out.read_bytes() == whole.read_bytes()
    assert [path.name for path in tmp_path.glob("out*")] == ["out.jsonl"]


@pytest.mark.long
def test_memory_does_not_grow_with_the_input(tiny: Path, tmp_path: Path, full: bool) -> None:
    """2 GB, most of it in reports over the limit, which are read and refused."""
    bytes_, source = (2 << 30 if full else 32 << 20), tmp_path / "in.jsonl"
    refused = "招商引资" * 25_000
    number = 0
    with source.open("w", encoding="utf-8") as file:
        while file.tell() < bytes_:
            text = tiny_model.report(number, 20) if number % 8 else refused
            file.write(json.dumps({"id": f"r{number}", "text": text}, ensure_ascii=False) + "\n")
            number += 1
    out = tmp_path / "out.jsonl"
    words = command(tiny, source, out, "--workers", "2", "--max-chars", "50000")
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with watched(process.pid) as peak:
        assert process.wait() == 1, "done, with error records"
    with out.open(encoding="utf-8") as file:
        assert sum(1 for _ in file) == number
    print(f"{source.stat().st_size / 1e9:.2f} GB read, {peak.mib:.0f} MiB held at most")
    assert 10 < peak.mib < 1024
