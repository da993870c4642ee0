import json
from pathlib import Path
from typing import Any

import pytest

from annotations.document import Document, Relation, Span
from annotations.errors import DataError
from annotations.formats import doccano
from annotations.scheme import Scheme
from tests.annotations.reports import signing

TEXT = "投资5亿元的基地"


def _read(tmp_path: Path, scheme: Scheme, *rows: Any) -> list[Document]:
    path = tmp_path / "all.jsonl"
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return doccano.read(path, scheme)


def test_attributes_are_part_of_the_label(tmp_path: Path, scheme: Scheme) -> None:
    doccano.write(tmp_path / "x.jsonl", [signing()], scheme)
    row = json.loads((tmp_path / "x.jsonl").read_text(encoding="utf-8"))
    assert [entity["label"] for entity in row["entities"]] == [
        "AMOUNT/investment",
        "PROJECT/construction",
        "MEASURE/policy/planned",
        "AMOUNT/received/target",
    ]
    assert row["relations"] == [{"id": 0, "type": "investment_of", "from_id": 0, "to_id": 1}]


def test_labels_are_all_that_spans_can_have(scheme: Scheme) -> None:
    names = [label["text"] for label in json.loads(doccano.labels(scheme))]
    assert len(names) == len(set(names)) == 6 * 2 + 6 + 7 * 2
    assert {doccano.name_of(span, scheme) for span in signing().spans} <= set(names)


def test_an_export_with_relations_is_read(tmp_path: Path, scheme: Scheme) -> None:
    """The tool numbers everything anew and lists spans in any order."""
    (document,) = _read(
        tmp_path,
        scheme,
        {
            "id": 12,
            "text": TEXT,
            "Comments": ["?"],
            "entities": [
                {"id": 88, "label": "项目", "start_offset": 6, "end_offset": 8},
                {"id": 87, "label": "AMOUNT/investment", "start_offset": 2, "end_offset": 5},
            ],
            "relations": [{"id": 3, "from_id": 87, "to_id": 88, "type": "investment_of"}],
        },
    )
    assert document == Document(
        "12",
        TEXT,
        spans=[Span(2, 5, "AMOUNT", {"role": "investment"}), Span(6, 8, "PROJECT")],
        relations=[Relation("investment_of", 0, 1)],
        extra={"comments": ["?"]},
    )


@pytest.mark.parametrize("key", ["label", "labels"])
def test_lists_of_triples_are_read(tmp_path: Path, scheme: Scheme, key: str) -> None:
    (document,) = _read(tmp_path, scheme, {"id": 1, "text": TEXT, key: [[2, 5, "AMOUNT"]]})
    assert document.spans == [Span(2, 5, "AMOUNT")]


def test_names_that_the_scheme_cannot_read_are_labels(tmp_path: Path, scheme: Scheme) -> None:
    rows = [{"id": 1, "text": TEXT, "label": [[2, 5, "AMOUNT/much"], [6, 8, "SITE/new"]]}]
    (document,) = _read(tmp_path, scheme, *rows)
    assert [span.label for span in document.spans] == ["AMOUNT_much", "SITE_new"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("{", "not JSON in UTF-8"),
        ("3", "not a row of doccano's JSONL"),
        ({"id": 1, "text": TEXT, "label": [[2, 5]]}, "not a row of doccano's JSONL"),
        (
            {"id": 1, "text": TEXT, "entities": [{"id": 1, "label": "A"}]},
            "KeyError: 'start_offset'",
        ),
        ({"id": 1, "label": [[0, 1, "A"]]}, "not a row of doccano's JSONL"),
        ({"id": 1, "text": TEXT, "label": [[2, 50, "A"]]}, "lies outside the text of 8 characters"),
    ],
)
def test_bad_rows_are_named(tmp_path: Path, scheme: Scheme, row: Any, reason: str) -> None:
    with pytest.raises(DataError, match=rf"all\.jsonl:2: .*{reason}"):
        _read(tmp_path, scheme, {"id": 0, "text": ""}, row)
