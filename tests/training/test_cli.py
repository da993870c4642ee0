from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import zhaoshang
from annotations import splits, store
from annotations.document import Document
from annotations.errors import DataError
from inference.settings import ModelSettings
from tests.training.disk import full_disk
from training.cli import parse_settings, write
from training.data import Data, frozen_test


def fails(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    """The message of a command that cannot be done."""
    assert zhaoshang.main([str(word) for word in words]) == 2
    return capsys.readouterr().err


def test_settings_are_json_where_they_can_be() -> None:
    assert parse_settings(["epochs=3", "base=hfl/x", "loss_weights={}"]) == {
        "epochs": 3,
        "base": "hfl/x",
        "loss_weights": {},
    }
    assert parse_settings(['epochs=3 loss_weights={"tags": 2, "links": 1} base=x y']) == {
        "epochs": 3,
        "loss_weights": {"tags": 2, "links": 1},
        "base": "x y",
    }
    with pytest.raises(DataError, match="'epochs' is not key=value"):
        parse_settings(["epochs"])


def test_evaluate_prints_and_writes_everything(
    ready_model: Path, tiny_data: Data, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store.save(tmp_path / "test.jsonl", tiny_data.test)
    out = tmp_path / "deep" / "figures.json"
    words = ["evaluate", "--data", tmp_path / "test.jsonl", "--model", ready_model, "--json", out]
    words += ["--html", tmp_path / "page.html"]
    assert zhaoshang.main([str(word) for word in words]) == 0
    printed = capsys.readouterr().out
    for words in (
        "| AMOUNT |",
        "| overlap F1 |",
        "micro F1 by genre: results",
        "by damage: clean",
        "calibration error, spans",
    ):
        assert words in printed
    figures = json.loads(out.read_text(encoding="utf-8"))
    assert set(figures) >= {
        "seqeval",
        "overlap",
        "intervals",
        "genres",
        "damage",
        "calibration",
        "worst",
    }
    assert (tmp_path / "page.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_what_cannot_be_done_is_said_plainly(
    ready_model: Path, tiny_data: Data, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "test.jsonl"
    store.save(data, tiny_data.test)
    out = tmp_path / "m"
    assert "no such file" in fails(capsys, "train", "--data", tmp_path / "none.jsonl", "--out", out)
    message = fails(capsys, "train", "--data", data, "--out", out, "--set", "epoch=1")
    assert "unknown setting epoch; there are base" in message
    message = fails(
        capsys, "train", "--data", data, "--out", out, "--from", ready_model, "--base", "x"
    )
    assert "a model goes on from its own base" in message
    store.save(tmp_path / "one.jsonl", tiny_data.test[:1])
    message = fails(capsys, "train", "--data", tmp_path / "one.jsonl", "--out", out)
    assert "one report cannot be divided" in message
    sentences = [replace(d, meta={"report": "r"}) for d in tiny_data.test]
    store.save(tmp_path / "one.jsonl", sentences)
    message = fails(capsys, "train", "--data", tmp_path / "one.jsonl", "--out", out)
    assert "nor can sentences of one" in message
    evaluate = ["evaluate", "--data", data, "--model", ready_model]
    assert "'best' is none of train, development, test" in fails(
        capsys, *evaluate, "--part", "best"
    )
    assert "there is no report to score on" in fails(capsys, *evaluate, "--part", "test")
    message = fails(capsys, *evaluate, "--no-damage", "--json", "/proc/none/figures.json")
    assert "cannot be written" in message
    registry = tmp_path / "registry"
    assert "no model has been promoted" in fails(capsys, "models", "--registry", registry)
    assert "no previous model" in fails(capsys, "rollback", "--registry", registry)
    assert "no zhaoshang.json here" in fails(
        capsys, "compare", tmp_path, ready_model, "--data", data
    )
    assert not out.exists()


def runs(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    """What a command that can be done says on standard error."""
    assert zhaoshang.main([str(word) for word in words]) == 0
    return capsys.readouterr().err


def ids(documents: list[Document]) -> list[str]:
    return [document.id for document in documents]


def test_train_takes_the_users_own_split(
    tiny_data: Data,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given: list[Data] = []
    monkeypatch.setattr("training.train.train", lambda data, *_, **__: given.append(data) or {})
    train, test = ids(tiny_data.train), ids(tiny_data.test)
    store.save(tmp_path / "all.jsonl", [*tiny_data.train, *tiny_data.test])
    own = tmp_path / "own.toml"
    splits.save({"train": train[4:], "development": train[:4], "test": [*test, "typo"]}, own)
    words = ["train", "--data", tmp_path / "all.jsonl", "--out", tmp_path / "m", "--splits"]
    said = runs(capsys, *words, own)
    assert "own.toml lists ids that the data do not have: 1, the first 'typo'" in said
    assert (ids(given[0].train), ids(given[0].development), ids(given[0].test)) == (
        train[4:],
        train[:4],
        test,
    )
    assert "no such file" in fails(capsys, *words, tmp_path / "none.toml")
    for name, parts, message in (
        ("whole", {"train": [*train, *test]}, "leaves no report for development"),
        ("other", {"test": ["x"]}, "lists none of the reports given"),
    ):
        splits.save(parts, tmp_path / f"{name}.toml")
        assert message in fails(capsys, *words, tmp_path / f"{name}.toml")


def test_the_projects_test_stays_one_whatever_the_users_own_split_says(
    tiny_data: Data, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frozen = frozen_test()[0]
    store.save(tmp_path / "all.jsonl", [*tiny_data.train, frozen])
    splits.save({"train": [frozen.id]}, tmp_path / "own.toml")
    words = ["train", "--data", tmp_path / "all.jsonl", "--out", tmp_path / "m"]
    message = fails(capsys, *words, "--splits", tmp_path / "own.toml")
    assert f"report {frozen.id!r} is one of the test reports" in message


def test_scoring_takes_a_part_of_the_users_own_split(
    ready_model: Path, tiny_data: Data, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, own, out = tmp_path / "test.jsonl", tmp_path / "own.toml", tmp_path / "f.json"
    store.save(data, tiny_data.test)
    splits.save({"test": ids(tiny_data.test)[:3], "train": ["elsewhere"]}, own)
    evaluate = ["evaluate", "--data", data, "--model", ready_model, "--no-damage", "--json", out]
    compare = ["compare", ready_model, ready_model, "--data", data, "--json", out]
    for command in (evaluate, compare):
        assert runs(capsys, *command, "--splits", own, "--part", "test") == ""
        assert json.loads(out.read_text(encoding="utf-8"))["reports"] == 3
        assert "name one with --part" in fails(capsys, *command, "--splits", own)
        assert "'best' is none of" in fails(capsys, *command, "--splits", own, "--part", "best")
        message = fails(capsys, *command, "--splits", tmp_path / "none.toml", "--part", "test")
        assert "none.toml: no such file" in message
    assert "there is no report to compare on" in fails(capsys, *compare, "--part", "test")


def test_scores_on_training_reports_come_with_a_warning(
    ready_model: Path, tiny_data: Data, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data.jsonl"
    known = tiny_data.train[5]
    renamed = Document("renamed", known.text, spans=known.spans, sentences=known.sentences)
    store.save(data, [*tiny_data.test, renamed, tiny_data.train[2]])
    warning = "was trained on 2 of the 10 reports it is scored on, the first 'renamed'"
    said = runs(capsys, "evaluate", "--data", data, "--model", ready_model, "--no-damage")
    assert said.count(warning) == 1
    # A folder without its training reports cannot know.
    bare = tmp_path / "bare"
    shutil.copytree(ready_model, bare, ignore=shutil.ignore_patterns("data"))
    said = runs(capsys, "compare", bare, ready_model, "--data", data)
    assert said.count("warning") == 1
    assert f"{ready_model} {warning}" in said
    store.save(data, tiny_data.test)
    assert runs(capsys, "compare", bare, ready_model, "--data", data) == ""


def test_candidates_are_not_listed_as_promoted(
    ready_model: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ready_model, tmp_path / "models" / "new")
    for words in (["models"], ["models", "--registry", "models"]):
        assert "no model has been promoted" in fails(capsys, *words)
    store.save(tmp_path / "test.jsonl", frozen_test()[:2])
    monkeypatch.setattr("training.promote.DEFAULT_MODEL", tmp_path / "none")
    runs(capsys, "promote", "models/new", "--data", "test.jsonl", "--force")
    version = ModelSettings.load(ready_model).version
    assert (tmp_path / "models" / "registry" / "default").resolve().name == version
    assert zhaoshang.main(["models"]) == 0
    assert capsys.readouterr().out.startswith(f"tiny@{version}  default")


def test_a_full_disk_leaves_the_figures_of_before(
    ready_model: Path,
    tiny_data: Data,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store.save(tmp_path / "test.jsonl", tiny_data.test)
    old = tmp_path / "out" / "old"
    write(old, "what was there before")
    monkeypatch.setattr(Path, "write_text", full_disk(Path.write_text))
    words = ["evaluate", "--data", tmp_path / "test.jsonl", "--model", ready_model, "--no-damage"]
    for option in ("--json", "--html"):
        for name in ("old", "new"):
            message = fails(capsys, *words, option, old.with_name(name))
            assert f"out/{name}: the disk is full; make room and run it again" in message
    assert [path.name for path in old.parent.iterdir()] == ["old"]
    assert old.read_text(encoding="utf-8") == "what was there before"
