from __future__ import annotations

import json
from pathlib import Path

import pytest

import zhaoshang
from annotations import store
from annotations.errors import DataError
from training.cli import parse_settings
from training.data import Data


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
