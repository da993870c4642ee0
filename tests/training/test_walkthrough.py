"""A day with the tool, as the README tells it, with a simulated annotator: suggest, correct, import, train, compare,
promote."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import zhaoshang
from annotations import formats, store
from annotations.document import Document
from annotations.scheme import Scheme
from inference.settings import ModelSettings
from tests.training.tiny_corpus import TEST_MAKERS, corpus
from training.config import TrainConfig


def run(*words: object) -> None:
    assert zhaoshang.main([str(word) for word in words]) == 0


def correct(tasks: Path, gold: list[Document], export: Path, scheme: Scheme) -> None:
    """What an annotator does in Label Studio: put the prediction right, and export."""
    reports = {d.id: d for d in gold}
    done = []
    for document in formats.read(tasks, "label-studio", scheme, predictions=True):
        report = reports[document.meta["report"]]
        start = int(document.id.rpartition(":")[2].partition("-")[0])
        end = start + len(document.text)
        inside = {
            i: n
            for n, i in enumerate(i for i, s in enumerate(report.spans) if start <= s.start < end)
        }
        document.extra.clear()
        document.spans = [report.spans[i] for i in inside]
        document.relations = [r for r in report.relations if r.head in inside]
        moved = Document.from_dict(document.to_dict())
        for span in moved.spans:
            span.start, span.end = span.start - start, span.end - start
        for relation in moved.relations:
            relation.head, relation.tail = inside[relation.head], inside[relation.tail]
        kinds = {(s.start, s.end): s.kind for s in report.sentences}
        for sentence in moved.sentences:
            sentence.kind = kinds[sentence.start + start, sentence.end + start]
            sentence.confidence = None
        done.append(moved)
    formats.write(export, done, "label-studio", scheme)


def test_a_day(
    tiny_config: TrainConfig,
    scheme: Scheme,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A model of a few toy reports need not be as good on them as the shipped one.
    monkeypatch.setattr("training.promote.DEFAULT_MODEL", tmp_path / "none")
    settings = [
        f"--set={key}={json.dumps(value)}"
        for key, value in tiny_config.to_dict().items()
        if key != "base"
    ]
    base = f"--base={tiny_config.base}"
    gold = corpus(30, seed=4, prefix="a")
    store.save(tmp_path / "old.jsonl", corpus(8, seed=3, prefix="o"))
    store.save(tmp_path / "archive.jsonl", [Document(d.id, d.text) for d in gold])
    store.save(tmp_path / "test.jsonl", corpus(12, seed=9, prefix="t", makers=TEST_MAKERS))
    registry, test = tmp_path / "models", tmp_path / "test.jsonl"

    # The day before: a model of a few reports.
    run(
        "train",
        "--data",
        tmp_path / "old.jsonl",
        "--out",
        tmp_path / "first",
        base,
        "--quiet",
        *settings,
    )
    run("promote", tmp_path / "first", "--registry", registry, "--data", test)

    # Morning: what to annotate, and the annotator's work.
    tasks = tmp_path / "tasks.json"
    run(
        "annotate",
        "suggest",
        tmp_path / "archive.jsonl",
        "--n",
        40,
        "--out",
        tasks,
        "--model",
        registry / "default",
    )
    assert len(json.loads(tasks.read_text(encoding="utf-8"))) == 40
    correct(tasks, gold, tmp_path / "export.json", scheme)
    run(
        "annotate",
        "import",
        tmp_path / "export.json",
        "--format",
        "label-studio",
        "--out",
        tmp_path / "new.jsonl",
    )
    new = store.load(tmp_path / "new.jsonl", scheme=scheme)
    assert len(new) == 40
    assert all(d.spans or d.sentences[0].kind == "context" for d in new)

    # Evening: a better model, and the knowledge that it is.
    continued = [word for word in settings if "epochs" not in word]
    run(
        "train", "--data", tmp_path / "new.jsonl", "--from", registry / "default", "--out", tmp_path / "second",
        "--quiet", "--set=epochs=6", "--set=frozen_epochs=0", *continued,
    )  # fmt: skip
    capsys.readouterr()
    run(
        "compare",
        registry / "default",
        tmp_path / "second",
        "--data",
        test,
        "--json",
        tmp_path / "c.json",
    )
    figures = json.loads((tmp_path / "c.json").read_text(encoding="utf-8"))["scores"]["micro"]
    assert figures["verdict"] == "better", figures
    run("promote", tmp_path / "second", "--registry", registry, "--data", test)
    now = ModelSettings.load(registry / "default")
    run("models", "--registry", registry)
    listed = capsys.readouterr().out.splitlines()
    assert f"zhaoshang@{now.version}  default" in "\n".join(listed)
    lineage = json.loads((registry / "default" / "lineage.json").read_text(encoding="utf-8"))
    assert (
        lineage["parent"]["model"]
        == f"zhaoshang@{ModelSettings.load(registry / 'previous').version}"
    )

    # The batch job says which model it was; and there is a way back.
    run(
        "extract",
        tmp_path / "archive.jsonl",
        "--out",
        tmp_path / "out.jsonl",
        "--model",
        registry / "default",
    )
    assert {d.extra["model"] for d in store.load(tmp_path / "out.jsonl")} == {
        f"zhaoshang@{now.version}"
    }
    run("rollback", "--registry", registry)
    assert ModelSettings.load(registry / "default").version != now.version
