import json
import sys
from pathlib import Path
from types import ModuleType
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


def test_what_we_wrote_is_checked_by_its_words(
    tmp_path: Path, scheme: Scheme, capsys: pytest.CaptureFixture[str]
) -> None:
    report = Document("a", "😀投资5亿元的基地", spans=[Span(3, 6, "AMOUNT")])
    doccano.write(tmp_path / "x.jsonl", [report], scheme)
    assert doccano.read(tmp_path / "x.jsonl", scheme) == [report]
    assert capsys.readouterr().err == ""
    row = json.loads((tmp_path / "x.jsonl").read_text(encoding="utf-8"))
    row["entities"][0] |= {"start_offset": 4, "end_offset": 7}
    assert _read(tmp_path, scheme, row) == [report]
    told = capsys.readouterr().err
    assert "all.jsonl:1: report 'a': offsets counted in UTF-16 code units; converted" in told


def test_offsets_that_nothing_can_confirm_are_told(
    tmp_path: Path, scheme: Scheme, capsys: pytest.CaptureFixture[str]
) -> None:
    (document,) = _read(tmp_path, scheme, {"id": 7, "text": "😀" + TEXT, "label": [[3, 6, "A"]]})
    assert document.spans == [Span(3, 6, "A")]
    told = capsys.readouterr().err
    assert "all.jsonl:1: report '7': the text has characters that count as two in UTF-16" in told
    _read(tmp_path, scheme, {"id": 7, "text": TEXT, "label": [[2, 5, "A"]]})
    assert capsys.readouterr().err == ""
    shifted = {"id": 7, "text": "投资\r\n5亿元", "label": [[3, 6, "A"]]}
    with pytest.raises(DataError, match=r"all\.jsonl:1: report '7': span 0 \[3, 6\) .*blank edge"):
        _read(tmp_path, scheme, shifted)


def test_annotations_of_older_versions_are_read(tmp_path: Path, scheme: Scheme) -> None:
    mark = {"label": "AMOUNT", "start_offset": 2, "end_offset": 5, "user": 1, "created_at": "x"}
    (document,) = _read(tmp_path, scheme, {"id": 1, "text": TEXT, "annotations": [mark]})
    assert document == Document("1", TEXT, spans=[Span(2, 5, "AMOUNT")])
    two = [mark, mark | {"user": 2, "start_offset": 6, "end_offset": 8}]
    with pytest.raises(DataError, match=r"all\.jsonl:1: report '1': annotated by the users 1, 2"):
        _read(tmp_path, scheme, {"id": 1, "text": TEXT, "annotations": two})


@pytest.mark.parametrize("shape", ["labels", "annotations"])
def test_doccano_transformer_sees_the_same_spans(
    tmp_path: Path, scheme: Scheme, monkeypatch: pytest.MonkeyPatch, shape: str
) -> None:
    """doccano's own converter and our reader agree on an export of what we wrote."""
    pytest.importorskip(
        "doccano_transformer",
        reason="pip install --no-deps doccano-transformer to compare with doccano's own parser",
    )
    # It imports one function of spaCy 2, for another format.
    gold = ModuleType("spacy.gold")
    gold.biluo_tags_from_offsets = None
    monkeypatch.setitem(sys.modules, "spacy", ModuleType("spacy"))
    monkeypatch.setitem(sys.modules, "spacy.gold", gold)
    from doccano_transformer.datasets import NERDataset

    document = signing()
    doccano.write(tmp_path / "ours.jsonl", [document], scheme)
    row = json.loads((tmp_path / "ours.jsonl").read_text(encoding="utf-8"))
    # As doccano exports what it imported: numbered, and spans in one of two shapes.
    marks = [(e["start_offset"], e["end_offset"], e["label"]) for e in row.pop("entities")]
    del row["relations"]
    keys = ("start_offset", "end_offset", "label", "user")
    shapes = {
        "labels": [list(mark) for mark in marks],
        "annotations": [dict(zip(keys, (*mark, 1), strict=True)) for mark in marks],
    }
    path = tmp_path / "export.jsonl"
    path.write_text(json.dumps(row | {"id": 3, shape: shapes[shape]}) + "\n", encoding="utf-8")
    (example,) = NERDataset.from_jsonl(path)
    (ours,) = doccano.read(path, scheme)
    ((_, theirs),) = example.labels.items()
    assert example.text == ours.text == document.text
    assert [tuple(mark) for mark in theirs] == marks
    assert ours.spans == document.spans
    # It tags words between blanks, not characters: that it converts is all that is asked.
    (converted,) = example.to_conll2003(list)
    assert converted["data"].startswith("-DOCSTART- -X- -X- O\n\n")
    assert "B-PROJECT/construction\n" in converted["data"]
