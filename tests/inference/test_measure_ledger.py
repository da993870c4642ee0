"""The measuring command counts what it says."""

import json
from pathlib import Path

import pytest

from annotations import store
from annotations.formats.inline import loads
from inference.measure_ledger import main, measure

MARKED = """
=== one
[project] 总投资⟦3亿元|A investment >1⟧的⟦云山储能电池项目|P signed #1⟧签约。
[project] ⟦云山储能电池生产线|P signed⟧开工，完成投资⟦1亿元|A received⟧，奖励5万元。
=== two
[project] ⟦海泰风机基地|P signed⟧投产。
"""


def test_figures_amounts_and_duplicates_are_counted() -> None:
    documents = loads(MARKED)
    first, wrong = documents[0].spans[0], documents[0].spans[3]
    first.extra["amount"] = {"value": "300000000", "currency": "CNY", "low": None, "high": None}
    wrong.extra["amount"] = {"value": "2", "currency": "CNY"}
    for document in documents:
        for span in document.spans:
            if span.label == "PROJECT":
                span.extra["project"] = "云山" if document.text[span.start] == "云" else "海泰"
    scores = measure(documents)
    assert (scores["figures"]["right"], scores["figures"]["found"], scores["figures"]["gold"]) == (
        2,
        3,
        2,
    )
    assert (scores["amounts"]["spans"], scores["amounts"]["gold"], scores["amounts"]["right"]) == (
        2,
        2,
        1,
    )
    assert [item["start"] for item in scores["amounts"]["wrong"]] == [wrong.start]
    assert (scores["duplicates"]["mentions"], scores["duplicates"]["clusters"]) == (3, 1)
    assert scores["duplicates"]["gold"] == 1


def test_a_perfect_cluster_scores_one() -> None:
    documents = loads(MARKED.replace("云山储能电池生产线", "云山储能电池"))
    for document in documents:
        for span in document.spans:
            if span.label == "PROJECT":
                span.extra["project"] = document.text[span.start]
    assert measure(documents)["duplicates"]["f1"] == 1


def test_the_command_prints_json_and_refuses_what_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "gold.jsonl"
    store.save(file, loads(MARKED))
    assert main([str(file)]) == 0
    assert json.loads(capsys.readouterr().out)["reports"] == 2
    assert main([str(tmp_path / "none.jsonl")]) == 2
    assert "none.jsonl" in capsys.readouterr().err
    assert main([]) == 2
