from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations import store
from annotations.agreement import compare
from annotations.document import Document, Sentence, Span
from annotations.errors import DataError
from annotations.scheme import Scheme
from inference.extractor import Extractor
from training import errors
from training.error_pages import html, markdown
from training.misreadings import CAUSES, by_label, misreadings

TEXT = "东山县引进宏图电池项目，组建招商专班。西河市另有签约。"
PLACES = {"name": (5, 11), "long": (3, 11), "short": (5, 9), "far": (3, 9), "measure": (12, 18)}


def report(*spans: tuple[str, str], sentences: bool = True) -> Document:
    document = Document("d", TEXT)
    document.spans = [Span(*PLACES[name], label, confidence=0.8) for name, label in spans]
    if sentences:
        document.sentences = [Sentence(0, 19, "project"), Sentence(19, len(TEXT), "result")]
    return document


@pytest.mark.parametrize(
    ("found", "cause"),
    [
        ([("long", "PROJECT")], "left"),
        ([("short", "PROJECT")], "right"),
        ([("far", "PROJECT")], "both edges"),
        ([("name", "MEASURE")], "label"),
        ([("long", "MEASURE")], "label"),
        ([], "missed"),
    ],
)
def test_causes_of_an_annotated_span(found: list[tuple[str, str]], cause: str) -> None:
    (row,) = misreadings(report(("name", "PROJECT")), report(*found))
    assert (row.cause, row.label) == (cause, "PROJECT")
    assert TEXT[slice(*row.sentence)] == TEXT[:19]


def test_what_stands_alone_is_spurious() -> None:
    (row,) = misreadings(report(), report(("measure", "MEASURE")))
    assert (row.cause, row.label, row.gold, row.confidence) == ("spurious", "MEASURE", None, 0.8)


def test_one_span_read_as_two_is_one_edge_and_one_split() -> None:
    found = report()
    found.spans = [Span(5, 7, "PROJECT"), Span(7, 11, "PROJECT")]
    rows = misreadings(report(("name", "PROJECT")), found)
    assert [row.cause for row in rows] == ["left", "split"]
    assert [row.beside for row in rows] == [None, Span(*PLACES["name"], "PROJECT", confidence=0.8)]


def test_two_spans_read_as_one_are_one_edge_and_one_merged() -> None:
    gold, found = report(), report()
    gold.spans = [Span(5, 7, "PROJECT"), Span(7, 11, "PROJECT")]
    found.spans = [Span(5, 11, "PROJECT")]
    rows = {row.cause: row for row in misreadings(gold, found)}
    assert set(rows) == {"left", "merged"}
    assert rows["merged"].beside == found.spans[0]
    assert rows["left"].beside is None


def test_the_same_label_is_paired_before_a_longer_overlap() -> None:
    found = report()
    found.spans = [Span(5, 10, "MEASURE"), Span(10, 11, "PROJECT")]
    rows = misreadings(report(("name", "PROJECT")), found)
    assert {(row.cause, row.label) for row in rows} == {("left", "PROJECT"), ("split", "MEASURE")}


def test_other_texts_are_refused() -> None:
    with pytest.raises(DataError, match="another text"):
        misreadings(report(), Document("d", TEXT + "！"))


def test_reports_without_sentences_show_the_line() -> None:
    gold = Document("d", "第一行\n引进宏图项目\n末行", spans=[Span(6, 10, "PROJECT")])
    (row,) = misreadings(gold, Document("d", gold.text))
    assert gold.text[slice(*row.sentence)] == "引进宏图项目"


@st.composite
def annotated(draw: st.DrawFn) -> list[Span]:
    cuts = sorted(draw(st.sets(st.integers(0, 24), max_size=10)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    return [Span(a, b, draw(st.sampled_from(["AMOUNT", "PROJECT"]))) for a, b in pairs]


@given(annotated(), annotated())
def test_every_wrong_span_is_in_exactly_one_error(gold: list[Span], found: list[Span]) -> None:
    sides = [Document("d", "字" * 25, spans=spans) for spans in (gold, found)]
    rows = misreadings(*sides)
    tally = compare(*sides).micro
    assert sum(row.gold is not None for row in rows) == tally.reference - tally.correct
    assert sum(row.found is not None for row in rows) == tally.proposed - tally.correct
    assert len({id(row.gold) for row in rows if row.gold}) == sum(bool(row.gold) for row in rows)
    for row in rows:
        assert row.cause in CAUSES
        assert (row.gold is None) == (row.cause in ("split", "spurious"))
        assert (row.found is None) == (row.cause in ("merged", "missed"))
        assert (row.beside is None) == (row.cause not in ("merged", "split"))
        edges = (
            row.gold
            and row.found
            and (row.gold.start == row.found.start, row.gold.end == row.found.end)
        )
        if row.cause in ("left", "right", "both edges"):
            assert row.gold.label == row.found.label
            assert edges == {"left": (False, True), "right": (True, False)}.get(
                row.cause, (False, False)
            )


def test_the_draw_keeps_counts_and_is_the_same_again() -> None:
    gold = [report(("name", "PROJECT"), ("measure", "MEASURE")) for _ in range(40)]
    found = [report(("long", "PROJECT")) if i % 4 else report() for i in range(40)]
    groups = by_label(gold, found, ["PROJECT", "MEASURE"], limit=10)
    project, measure = groups
    assert project.causes == {"left": 30, "missed": 10}
    assert (project.spans, len(project.shown), len(measure.shown)) == (40, 10, 10)
    assert [row.cause for row in project.shown] == sorted(row.cause for row in project.shown)
    again = by_label(gold, found, ["PROJECT", "MEASURE"], limit=10)
    assert [[id(r.text) for r in g.shown] for g in groups] == [
        [id(r.text) for r in g.shown] for g in again
    ]
    assert len(by_label(gold, found, ["PROJECT"], limit=None)[0].shown) == 40


@pytest.fixture
def pages(scheme: Scheme) -> dict[str, str]:
    gold = report(("name", "PROJECT"), ("measure", "MEASURE"))
    groups = by_label([gold], [report(("long", "PROJECT"))], list(scheme.labels))
    return {f.__name__: f("m@1", [gold], groups, scheme) for f in (markdown, html)}


def test_markdown_shows_both_spans_in_their_sentence(pages: dict[str, str]) -> None:
    assert "东山县⟦引进【宏图电池项目】⟧，组建招商专班。" in pages["markdown"].replace("⟧】", "】⟧")
    assert "annotated MEASURE “组建招商专班” (d)" in pages["markdown"]
    assert "found PROJECT “引进宏图电池项目”, confidence 0.80" in pages["markdown"]
    assert "0 spans annotated, 0 errors" in pages["markdown"]
    assert "西河市" not in pages["markdown"]


def test_the_page_marks_both_spans(pages: dict[str, str]) -> None:
    assert (
        '<span class="found">引进</span><span class="gold found">宏图电池项目</span>'
        in pages["html"]
    )
    assert "<td>missed</td>" in pages["html"]


def test_markup_in_reports_is_text(scheme: Scheme) -> None:
    gold = Document("d", "<b>*引进*</b>项目", spans=[Span(0, 8, "PROJECT")])
    groups = by_label([gold], [Document("d", gold.text)], list(scheme.labels))
    assert "<b>" not in html("m@1", [gold], groups, scheme)
    assert r"\<b\>\*引" in markdown("m@1", [gold], groups, scheme)


@pytest.fixture
def folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_extractor: Callable[..., Extractor]
) -> Path:
    """A model folder whose model is the pattern tagger."""
    (tmp_path / "model.onnx").touch()
    monkeypatch.setattr(errors.Extractor, "load", lambda path: make_extractor())
    gold = Document(
        "d", "总投资<的>项目{开工}。", spans=[Span(4, 5, "AMOUNT"), Span(0, 2, "MEASURE")][:1]
    )
    store.save(tmp_path / "data.jsonl", [gold])
    return tmp_path


@pytest.mark.parametrize("name", ["errors.md", "errors.html"])
def test_the_command_writes_a_page_and_counts(
    folder: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = folder / "figures" / name
    errors.main(["--model", str(folder), "--data", str(folder / "data.jsonl"), "--out", str(out)])
    assert "开工" in out.read_text(encoding="utf-8")
    assert capsys.readouterr().out.splitlines() == [
        "AMOUNT: no errors (1 spans)",
        "PROJECT: spurious 1 (0 spans)",
        "MEASURE: no errors (0 spans)",
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--out", "errors.txt"], ".html or .md"),
        (["--out", "errors.md", "--limit", "-1"], "negative"),
        (["--out", "errors.md", "--part", "test"], "no report"),
    ],
)
def test_the_command_says_what_is_wrong(
    folder: Path, options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    start = ["--model", str(folder), "--data", str(folder / "data.jsonl")]
    with pytest.raises(SystemExit) as exit:
        errors.main([*start, *options])
    assert exit.value.code == 2
    assert message in capsys.readouterr().err
