import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from annotations.document import Document, Relation, Sentence, Span
from annotations.errors import DataError
from annotations.formats import label_studio
from annotations.formats.label_studio_config import config
from annotations.scheme import Scheme
from tests.annotations.reports import signing

DATA = Path(__file__).parents[2] / "data" / "formats"


def _read(tmp_path: Path, scheme: Scheme, *tasks: Any, **options: Any) -> list[Document]:
    path = tmp_path / "export.json"
    path.write_text(json.dumps(tasks, ensure_ascii=False), encoding="utf-8")
    return label_studio.read(path, scheme, **options)


def _region(id: str, start: int, end: int, text: str, name: str = "label", **value: list) -> dict:
    kind = next(iter(value))
    return {
        "id": id,
        "from_name": name,
        "to_name": "text",
        "type": kind,
        "value": {"start": start, "end": end, "text": text} | value,
    }


TEXT = "投资5亿元的基地"
AMOUNT = _region("a", 2, 5, "5亿元", labels=["AMOUNT"])
PROJECT = _region("b", 6, 8, "基地", labels=["项目"])


def _task(*results: dict, **more: Any) -> dict:
    return {"id": 7, "data": {"text": TEXT}, "annotations": [{"result": list(results)}]} | more


def test_configuration_has_every_label_value_and_kind(scheme: Scheme) -> None:
    view = ET.fromstring(config(scheme))
    controls = {
        element.get("name"): [child.get("alias") or child.get("value") for child in element]
        for element in view.iter()
        if element.tag in ("Labels", "Choices")
    }
    assert controls["label"] == list(scheme.labels)
    assert controls["kind"] == list(scheme.kinds)
    for label, attribute in scheme.attributes():
        expected = ["true", "false"] if attribute.flag else list(attribute.values)
        assert controls[f"{label.key}_{attribute.key}"] == expected
    assert [element.get("value") for element in view.iter("Relation")] == list(scheme.relations)
    assert view.find("Text").get("granularity") == "symbol"


def test_predictions_are_written_as_predictions(scheme: Scheme) -> None:
    document = signing()
    assert set(label_studio.task(document, scheme)) == {"data", "annotations"}
    document.extra["model"] = "zhaoshang@1"
    document.spans[0].confidence = 0.5
    (prediction,) = label_studio.task(document, scheme)["predictions"]
    assert prediction["model_version"] == "zhaoshang@1"
    assert prediction["result"][0]["score"] == 0.5


def test_an_export_of_the_tool_is_read(tmp_path: Path, scheme: Scheme) -> None:
    (document,) = _read(
        tmp_path,
        scheme,
        _task(
            AMOUNT,
            _region("a", 2, 5, "5亿元", name="AMOUNT_role", choices=["投资"]),
            _region("a", 2, 5, "5亿元", name="AMOUNT_target", choices=["false"]),
            _region("a", 2, 5, "5亿元", name="mood", choices=["sure"]),
            PROJECT,
            _region("c", 0, 8, TEXT, name="kind", labels=["project"]),
            {"type": "relation", "from_id": "b", "to_id": "a", "direction": "left", "labels": []},
            data={"text": TEXT, "source": "web"},
        ),
    )
    assert document == Document(
        "7",
        TEXT,
        {"source": "web"},
        [Sentence(0, 8, "project")],
        [
            Span(2, 5, "AMOUNT", {"role": "investment", "mood": "sure"}),
            Span(6, 8, "PROJECT"),
        ],
        [Relation("investment_of", 0, 1)],
    )


def test_the_annotation_read_is_the_ground_truth_or_the_latest(
    tmp_path: Path, scheme: Scheme
) -> None:
    def annotation(result: dict, **more: Any) -> dict:
        return {"result": [result]} | more

    old = annotation(AMOUNT, updated_at="2024-01-01T00:00:00Z")
    new = annotation(PROJECT, updated_at="2024-02-01T00:00:00Z")
    cancelled = annotation(AMOUNT, updated_at="2025-01-01T00:00:00Z", was_cancelled=True)
    truth = annotation(AMOUNT, ground_truth=True, updated_at="2020-01-01T00:00:00Z")

    def label(**task: Any) -> str:
        (document,) = _read(tmp_path, scheme, _task() | task, predictions=True)
        return document.spans[0].label

    assert label(annotations=[old, new, cancelled]) == "PROJECT"
    assert label(annotations=[truth, new]) == "AMOUNT"
    assert label(annotations=[cancelled], predictions=[annotation(PROJECT)]) == "PROJECT"


@pytest.mark.parametrize(
    ("task", "reason"),
    [
        (3, "task 0: a task must be an object"),
        (
            _task(data={"content": TEXT}),
            "task 0: the task has no 'text' in its data, found content",
        ),
        (_task(id=None), "task 0: the task has no id"),
        (
            _task(_region("a", 2, 5, "5亿元", labels=["AMOUNT", "PROJECT"])),
            "'7'.*choose exactly one",
        ),
        (_task(_region("a", "/p[1]", 5, "5亿元", labels=["AMOUNT"])), "no whole-number start"),
        (_task(_region("a", 3, 6, "5万元", labels=["AMOUNT"])), r"span 0 \[3, 6\) quotes '5万元'"),
        (
            _task(
                AMOUNT,
                {"type": "relation", "from_id": "a", "to_id": "z", "labels": ["investment_of"]},
            ),
            "names no span: 'z'",
        ),
    ],
)
def test_what_cannot_be_read_is_named(
    tmp_path: Path, scheme: Scheme, task: Any, reason: str
) -> None:
    with pytest.raises(DataError, match=rf"export\.json: .*{reason}"):
        _read(tmp_path, scheme, task)


def test_tasks_that_nobody_has_annotated_are_no_gold(tmp_path: Path, scheme: Scheme) -> None:
    found = {"model_version": "m@1", "result": [AMOUNT]}
    extra = {"text": TEXT, "extra": {"model": "m@1", "run": 3}}
    tasks = [
        _task(PROJECT, data=extra, predictions=[found]),
        _task(id=8, data=extra, annotations=[], predictions=[found]),
        _task(id=9, annotations=[{"result": [PROJECT], "was_cancelled": True}]),
        {"id": 10, "data": {"text": TEXT}},
        _task(id=11, predictions=[found]),
    ]
    left_out: list[str] = []
    read = _read(tmp_path, scheme, *tasks, left_out=left_out)
    assert [(d.id, [s.label for s in d.spans]) for d in read] == [("7", ["PROJECT"]), ("11", [])]
    assert [where.rpartition(" ")[2] for where in left_out] == ["1", "2", "3"]
    assert read[0].extra == {"run": 3}, "what was put right is the model's no longer"

    every = _read(tmp_path, scheme, *tasks, predictions=True)
    assert [d.id for d in every] == ["7", "8", "9", "10", "11"]
    assert [s.label for s in every[1].spans] == ["AMOUNT"]
    assert every[1].extra["model"] == "m@1"


def test_records_of_json_min_that_nobody_has_annotated(tmp_path: Path, scheme: Scheme) -> None:
    """With all tasks exported, the tool's converter writes their data and no annotation's id."""
    bare = {"id": 5, "text": TEXT, "annotator": None, "annotation_id": None}
    nothing_found = bare | {"annotation_id": 3}
    written_by_hand = {"id": 6, "text": TEXT}
    left_out: list[str] = []
    read = _read(tmp_path, scheme, bare, nothing_found, written_by_hand, left_out=left_out)
    assert [d.id for d in read] == ["5", "6"]
    assert [where.rpartition(" ")[2] for where in left_out] == ["0"]


def test_offsets_in_utf16_are_converted(tmp_path: Path, scheme: Scheme) -> None:
    """Releases before 1.6 count as JavaScript does: HumanSignal/label-studio issue 1347."""
    shifted = _region("a", 4, 7, "5亿元", labels=["AMOUNT"])
    (document,) = _read(tmp_path, scheme, _task(shifted, data={"text": "😀" + TEXT}))
    assert document.spans == [Span(3, 6, "AMOUNT")]


def test_exports_of_the_tools_own_converter_are_read(scheme: Scheme) -> None:
    """``converted_min.json``: tasks of `signing`, by label-studio-sdk's converter to JSON-MIN."""
    expected = signing()
    expected.relations = []  # left out by JSON-MIN
    assert label_studio.read(DATA / "converted_min.json", scheme) == [expected]


@pytest.mark.parametrize("more", [{"PROJECT_stage": ["signed", "landed"]}, {"AMOUNT_target": []}])
def test_choices_of_json_min_that_fit_no_region_are_refused(
    tmp_path: Path, scheme: Scheme, more: dict
) -> None:
    (record,) = json.loads((DATA / "converted_min.json").read_text(encoding="utf-8"))
    with pytest.raises(DataError, match="JSON-MIN does not say which is whose; export as JSON"):
        _read(tmp_path, scheme, record | more)


def test_the_tools_converter_reads_what_we_write(
    tmp_path: Path, scheme: Scheme, seeds: list[Document]
) -> None:
    """Configuration, predictions and JSON-MIN against Label Studio's SDK, where it is installed."""
    pytest.importorskip(
        "label_studio_sdk", reason="pip install label-studio-sdk to compare with it"
    )
    from label_studio_sdk.converter import Converter
    from label_studio_sdk.label_interface import LabelInterface

    xml = config(scheme)
    interface = LabelInterface(xml)
    interface.validate()
    tasks = [label_studio.task(d, scheme) | {"id": i} for i, d in enumerate([signing(), *seeds])]
    for task in tasks:
        prediction = {"model_version": "x", "result": task["annotations"][0]["result"]}
        assert interface.validate_prediction(prediction, return_errors=True) == []
    source = tmp_path / "tasks.json"
    source.write_text(json.dumps(tasks), encoding="utf-8")
    converter = Converter(config=xml, project_dir=None, download_resources=False)
    converter.convert_to_json_min(str(source), str(tmp_path / "min"), is_dir=False)
    read = label_studio.read(tmp_path / "min" / "result.json", scheme)
    whole = label_studio.read(source, scheme)
    for document in whole:
        document.relations = []
    assert read == whole
