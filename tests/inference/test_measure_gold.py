"""The figures on the gold data keep their floor."""

import json
from pathlib import Path
from typing import Any

import pytest

from inference.measure_gold import main, measure


@pytest.fixture(scope="module")
def figures() -> dict[str, Any]:
    return measure()


def test_amounts_of_the_test_part_are_read_right(figures: dict[str, Any]) -> None:
    amounts = figures["amounts"]
    assert amounts["gold"] == amounts["spans"] > 600
    assert amounts["accuracy"] >= 0.995
    assert sum(amounts["differ"].values()) <= 0.01 * amounts["gold"]


def test_duplicates_are_found_and_others_kept_apart(figures: dict[str, Any]) -> None:
    duplicates = figures["duplicates"]
    assert duplicates["clusters"] >= 60
    assert duplicates["apart"]["gold"] >= 60
    assert duplicates["f1"] >= 0.9
    assert duplicates["apart"]["right"] >= 0.95 * duplicates["apart"]["gold"]


def test_few_entries_are_flagged(figures: dict[str, Any]) -> None:
    # Sums that the reports say were changed later, or parts told beside the whole: one entry in some 900.
    conflicts = figures["conflicts"]
    assert conflicts["entries"] > 800 * conflicts["amount"]


def test_no_sum_of_the_seeds_is_above_what_they_state(figures: dict[str, Any]) -> None:
    seeds = figures["totals"]["seeds"]
    assert len({item["report"] for item in seeds}) >= 4
    assert {item["verdict"] for item in seeds} <= {"equal", "below", "unnamed"}


def test_the_command_writes_what_it_prints_and_refuses_what_is_not_there(
    figures: dict[str, Any],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert main(["--gold", str(tmp_path / "none")]) == 2
    assert "none" in capsys.readouterr().err
    monkeypatch.setattr("inference.measure_gold.measure", lambda data, gold: figures)
    assert main(["--json", str(tmp_path / "figures.json")]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == figures == json.loads((tmp_path / "figures.json").read_text("utf-8"))
