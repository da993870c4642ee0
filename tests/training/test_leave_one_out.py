import json
from pathlib import Path

import pytest

from annotations import store
from tests.training.tiny_corpus import corpus
from training import leave_one_out as command
from training.config import TrainConfig
from training.leave_one_out import leave_one_out, missed


def test_no_fold_trains_on_the_report_it_is_scored_on(
    tiny_config: TrainConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    reports, extra = corpus(8)[:3], corpus(6, seed=5, prefix="x")
    trained: list[list[str]] = []
    real = command.trial

    def trial(train, *arguments):
        trained.append([d.id for d in train])
        return real(train, *arguments)

    monkeypatch.setattr(command, "trial", trial)
    figures = leave_one_out(reports, extra, tiny_config.override({"epochs": 2}), crf=True)
    own, others = [d.id for d in reports], [d.id for d in extra]
    assert trained == [[i for i in own if i != held] + others for held in own]
    assert list(figures["folds"]) == own
    spans = sum(len(d.spans) for d in reports)
    for part in (figures["all"], figures["unrepaired"], figures["crf"]):
        assert part["micro"]["reference"] == spans
    assert figures["crf"]["micro"]["f1"] > 0.3  # learnable patterns


def test_missed_spans_are_told_with_what_was_found_there() -> None:
    gold = corpus(4)[0]
    assert missed(gold, gold) == []
    found = store.parse_line(store.dump_line(gold).encode(), "copy")
    lost, cut = found.spans[0], found.spans[1]
    cut.end -= 1
    found.spans = found.spans[1:]
    rows = missed(gold, found)
    assert [row["text"] for row in rows] == [
        gold.text[s.start : s.end] for s in (lost, gold.spans[1])
    ]
    assert rows[0]["found"] == []
    assert rows[1]["found"] == [f"{cut.label} {gold.text[cut.start : cut.end]}"]


def test_the_command_writes_its_figures(tiny_config: TrainConfig, tmp_path: Path) -> None:
    data, out = tmp_path / "reports.jsonl", tmp_path / "figures" / "one.json"
    store.save(data, corpus(12)[:6])
    command.main(
        ["--data", str(data), "--out", str(out), "--set", f"base={tiny_config.base}", "epochs=1"]
    )
    assert json.loads(out.read_text())["configuration"]["epochs"] == 1
