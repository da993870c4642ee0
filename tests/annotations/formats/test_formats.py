"""What holds for every format: nothing that it can hold is lost, and foreign or broken files are named."""

import json
from copy import deepcopy
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from annotations import formats
from annotations.document import Document
from annotations.errors import DataError
from annotations.formats.assembly import Incoming, attribute_value, kind_key, label_key
from annotations.repair_offsets import Quote
from annotations.scheme import Scheme
from tests.annotations.reports import documents, signing

LOSSLESS = ["jsonl", "label-studio", "doccano", "brat", "hf"]


def predicted() -> Document:
    """As `signing`, with everything a model and unknown tools may add."""
    document = signing()
    document.meta["url"] = "https://example.org/?a=1&b=2"
    document.extra = {"model": "zhaoshang@1", "ledger": [{"x": 1}]}
    for item in [*document.spans, *document.sentences, *document.relations]:
        item.confidence = 0.75
    document.spans[0].extra = {"amount": {"value": "1500000000"}}
    return document


def _path(tmp_path: Path, name: str) -> Path:
    return tmp_path / ("reports.jsonl" if name == "jsonl" else "reports")


@pytest.mark.parametrize("name", LOSSLESS)
def test_everything_survives(tmp_path: Path, name: str, seeds: list[Document]) -> None:
    reports = deepcopy([signing(), predicted(), *seeds])
    reports[1].id = "second/one: 县"
    for report in reports:
        report.relations.sort(key=lambda r: (r.head, r.tail))
        for span in report.spans:
            span.attributes = {k: v for k, v in span.attributes.items() if v is not False}
    path = _path(tmp_path, name)
    formats.write(path, reports, name)
    read = {report.id: report for report in formats.read(path, name, predictions=True)}
    assert read == {report.id: report for report in reports}


@pytest.mark.parametrize("name", LOSSLESS[:-1])
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=documents())
def test_any_report_survives(tmp_path: Path, name: str, document: Document) -> None:
    folder = tmp_path / str(len(list(tmp_path.iterdir())))
    path = _path(folder, name)
    formats.write(path, [document], name)
    assert formats.read(path, name, predictions=True) == [document]


@pytest.mark.parametrize("name", formats.CONFIGURATIONS)
def test_configurations_hold_no_reports(tmp_path: Path, scheme: Scheme, name: str) -> None:
    text = formats.CONFIGURATIONS[name](scheme)
    assert all(label in text for label in scheme.labels)
    with pytest.raises(DataError, match="is a configuration"):
        formats.write(tmp_path / "x", [], name)


def test_unknown_formats_and_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no format 'xml'; there are jsonl, "):
        formats.read(tmp_path, "xml")
    for name in formats.FORMATS:
        with pytest.raises(DataError, match="no such file or folder"):
            formats.read(tmp_path / "none", name)


@pytest.mark.parametrize("name", ["label-studio", "doccano", "conll", "jsonl"])
def test_files_that_are_not_utf8_are_named(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes('{"text": "招商"}'.encode("gb18030"))
    with pytest.raises(DataError, match=r"^.*a\.jsonl.*UTF-8"):
        formats.read(path, name)


def test_jsonl_spans_with_quotes_are_repaired(tmp_path: Path) -> None:
    path = tmp_path / "utf16.jsonl"
    span = {"start": 4, "end": 6, "label": "PROJECT", "text": "基地"}
    row = {"id": "a", "text": "😀😀基地", "spans": [span]}
    path.write_text(json.dumps(row), encoding="utf-8")
    (document,) = formats.read(path, "jsonl")
    assert [(s.start, s.end, s.extra) for s in document.spans] == [(2, 4, {})]
    path.write_text(json.dumps(row).replace(": 6", ": 5"), encoding="utf-8")
    with pytest.raises(DataError, match=r"utf16\.jsonl: report 'a': span 0 \[4, 5\) quotes '基地'"):
        formats.read(path, "jsonl")


def test_words_of_tools_are_matched_to_the_scheme(scheme: Scheme) -> None:
    assert [label_key(scheme, word) for word in ("AMOUNT", "金额", "PER.NAM", "3D")] == [
        "AMOUNT",
        "AMOUNT",
        "PER_NAM",
        "_3D",
    ]
    assert [kind_key(scheme, word) for word in ("plan", "计划", "诗")] == ["plan", "plan", "诗"]
    role, target = scheme.labels["AMOUNT"].attributes.values()
    assert [attribute_value(role, word) for word in ("contract", "协议", "?")] == [
        "contract"
    ] * 2 + ["?"]
    assert [attribute_value(target, word) for word in ("true", "是", "target", "否", "false")] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_a_relation_to_no_span_is_refused() -> None:
    incoming = Incoming("a", "基地")
    from annotations.document import Relation, Span

    incoming.spans["x"] = Quote(0, 2, "基地"), Span(0, 0, "PROJECT")
    incoming.relations.append(("x", "y", Relation("investment_of", 0, 0)))
    with pytest.raises(
        DataError, match="f: report 'a': a investment_of relation names no span: 'y'"
    ):
        incoming.document("f")


@pytest.mark.parametrize("name", ["label-studio", "doccano"])
@pytest.mark.parametrize("place", ["text", "meta"])
def test_half_a_surrogate_pair_is_refused(tmp_path: Path, name: str, place: str) -> None:
    report = {"text": "😀投资", "report": "x", "meta": {"place": "😀"}}
    span = {"start": 1, "end": 3, "text": "投资", "labels": ["PROJECT"]}
    region = {"id": "s", "from_name": "label", "type": "labels", "value": span}
    rows = {
        "label-studio": [{"id": 1, "data": report, "annotations": [{"result": [region]}]}],
        "doccano": report | {"label": [[1, 3, "PROJECT"]]},
    }
    path = tmp_path / "x.json"
    path.write_text(json.dumps(rows[name]), encoding="utf-8")
    assert [d.spans[0].label for d in formats.read(path, name)] == ["PROJECT"]
    value = report if place == "text" else report["meta"]
    value["text" if place == "text" else "place"] = "投资投资\ud83d"
    rows["doccano"] |= report
    path.write_text(json.dumps(rows[name]), encoding="utf-8")
    with pytest.raises(DataError, match=rf"x\.json.*report 'x': .*'{place}' has half a UTF-16"):
        formats.read(path, name)
