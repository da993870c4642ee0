from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import SimpleNamespace

import pytest

from annotations.document import Document
from annotations.errors import DataError
from inference import bench
from inference.engines.work import Setup
from inference.rivals import rival
from tests.inference.tiny_model import report


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What a stand-in for monpa is given to tag."""
    found: list[list[str]] = []
    fake = SimpleNamespace(
        pseg=lambda text: None, pseg_batch=found.append, __spec__=ModuleSpec("monpa", None)
    )
    monkeypatch.setitem(sys.modules, "monpa", fake)
    return found


def test_monpa_gets_every_character_in_pieces_that_it_reads_whole(
    batches: list[list[str]],
) -> None:
    name, tag = rival("monpa")
    texts = ["项目开工。", "签约" * 300, "投产。"]
    tag(texts, 2)
    assert name == "monpa"
    assert "".join(piece for batch in batches for piece in batch) == "".join(texts)
    assert max(len(piece) for batch in batches for piece in batch) <= 200
    assert {len(batch) for batch in batches} <= {1, 2}


def test_a_rival_is_timed_on_the_sentences_of_the_smallest_job(
    tiny: Path, batches: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "SIZES", (1,))
    monkeypatch.setattr(bench, "cores", lambda: 1)
    monkeypatch.setattr(bench, "STARTS", 1)
    monkeypatch.setattr(bench, "REPORTS", 1)
    reports = [Document(str(i), report(i)) for i in range(3)]
    rows = list(bench.measure(reports, Setup(tiny), 100, against=["monpa"]))
    assert rows[-1].name.startswith("monpa, batches of ")
    once = next(row for row in rows if row.name == "1×")
    assert (rows[-1].reports, rows[-1].characters) == (once.reports, once.characters)
    # Not before every job has been timed, and for the first time on a few sentences that do not count.
    assert len(batches[0]) == 8


def test_a_rival_is_loaded_when_all_jobs_are_done(
    tiny: Path, batches: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    monkeypatch.setattr(bench, "cores", lambda: 1)
    monkeypatch.setattr(bench, "_run", lambda script, argument: order.append("job") or (1.0, 1.0))
    monkeypatch.setattr(
        bench, "rival", lambda name, threads: order.append(name) or (name, lambda texts, size: None)
    )
    list(bench.measure([Document("a", report(1))], Setup(tiny), 100, against=["monpa"]))
    assert order.index("monpa") == len(order) - 1 == order.count("job") > 5


def test_a_rival_that_is_not_installed_is_named_before_anything_is_timed(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "monpa", None)
    with pytest.raises(DataError, match="monpa needs monpa; pip install it"):
        rival("monpa")
    rows = bench.measure([Document("a", report(1))], Setup(tiny), 100, against=["monpa"])
    with pytest.raises(DataError, match="monpa needs monpa; pip install it"):
        next(rows)


def test_a_rival_has_the_threads_it_is_given(batches: list[list[str]]) -> None:
    torch = pytest.importorskip("torch")
    before = torch.get_num_threads()
    try:
        rival("monpa", before + 1)
        assert torch.get_num_threads() == before + 1
    finally:
        torch.set_num_threads(before)
