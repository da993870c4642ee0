"""Gold readings and groups are put onto the spans that they are of, or refused."""

import json
from pathlib import Path

import pytest

from annotations.document import Document
from annotations.errors import DataError
from annotations.formats.inline import loads
from inference.ledger_gold import attach_amounts, attach_projects

TEXT = """
=== one
[project] 总投资⟦3亿元|A investment >1⟧的⟦云山项目|P signed #1⟧和⟦海泰项目|P signed⟧签约。
=== two
[project] ⟦云山项目|P signed⟧投产。
"""


def at(document: Document, position: int) -> dict[str, object]:
    span = [span for span in document.spans if span.label == "PROJECT"][position]
    return {"report": document.id, "start": span.start, "end": span.end}


def written(path: Path, *lines: object) -> Path:
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    return path


def test_a_reading_goes_to_its_span(tmp_path: Path) -> None:
    documents = loads(TEXT)
    span = documents[0].spans[0]
    line = {"report": "one", "start": span.start, "end": span.end, "value": "3", "currency": "CNY"}
    assert attach_amounts(documents, written(tmp_path / "a", line)) == 1
    assert span.extra["amount"]["value"] == "3"
    assert span.extra["amount"]["per"] is None
    with pytest.raises(DataError, match="no span"):
        attach_amounts(documents, written(tmp_path / "b", line | {"end": 99}))


def test_mentions_of_a_group_share_a_project_and_others_have_their_own(tmp_path: Path) -> None:
    one, two = documents = loads(TEXT)
    cloud, sea, again = at(one, 0), at(one, 1), at(two, 0)
    lines = ({"same": [cloud, again]}, {"apart": [cloud, sea], "why": "company"})
    pairs = attach_projects(documents, written(tmp_path / "a", *lines))
    assert pairs == [(("one", cloud["start"]), ("one", sea["start"]))]
    names = [s.extra["project"] for d in documents for s in d.spans if s.label == "PROJECT"]
    assert names[0] == names[2] != names[1]


def test_contradictions_and_unreadable_files_are_refused(tmp_path: Path) -> None:
    one, two = documents = loads(TEXT)
    group = {"same": [at(one, 0), at(two, 0)]}
    for line in (group, {"apart": group["same"], "why": "place"}):
        with pytest.raises(DataError):
            attach_projects(documents, written(tmp_path / "a", group, line))
    (tmp_path / "b").write_text("{", encoding="utf-8")
    for path in (tmp_path / "b", tmp_path / "none"):
        with pytest.raises(DataError):
            attach_projects(documents, path)
