from __future__ import annotations

from collections.abc import Callable

import pytest

from annotations.document import Document
from inference.extractor import Extractor

Make = Callable[..., Extractor]
TEXT = "总投资<185亿元>的{项目基地}落户。<3亿元>的{项目}开工。"


def found(document: Document) -> list[tuple[str, str]]:
    return [(document.text[s.start : s.end], s.label) for s in document.spans]


def test_spans_attributes_links_and_kinds(make_extractor: Make) -> None:
    document = make_extractor()(TEXT, id="a")
    assert found(document) == [
        ("185亿元", "AMOUNT"),
        ("项目基地", "PROJECT"),
        ("3亿元", "AMOUNT"),
        ("项目", "PROJECT"),
    ]
    assert document.spans[0].attributes == {"role": "investment"}
    assert [(r.head, r.tail) for r in document.relations] == [(0, 1), (2, 3)]
    assert len(document.sentences) == 2
    assert all(0 < s.confidence <= 1 for s in document.spans)
    assert document.extra["model"] == "pattern@1"


def test_spans_are_on_the_raw_text(make_extractor: Make) -> None:
    raw = "總投資<185億元>的{項(xiàng)目(mù)}開工。"
    document = make_extractor()(raw)
    assert found(document) == [("185億元", "AMOUNT"), ("項(xiàng)目(mù)", "PROJECT")]


@pytest.mark.parametrize("size", [1, 7, 40, 1000])
def test_5000_characters_without_a_line_break(make_extractor: Make, size: int) -> None:
    unit = "总投资<1亿元>的{项目}，"
    text = unit * (5000 // len(unit))
    document = make_extractor(batch_tokens=64 * size)(text)
    # Windows are cut at marks, so no span of this text is cut.
    assert found(document) == [("1亿元", "AMOUNT"), ("项目", "PROJECT")] * (5000 // len(unit))


def test_a_stream_gives_the_same_as_one_by_one(make_extractor: Make) -> None:
    texts = [TEXT * n for n in (3, 1, 0, 12, 2)]
    one_by_one = [make_extractor()(text).to_dict() for text in texts]
    for options in ({}, {"batch_tokens": 50}, {"buffer_tokens": 1}):
        streamed = [d.to_dict() for d in make_extractor(**options).stream(texts)]
        assert streamed == one_by_one


def test_a_stream_is_lazy(make_extractor: Make) -> None:
    taken = []

    def reports():
        for number in range(10):
            taken.append(number)
            yield TEXT

    stream = make_extractor(buffer_tokens=1).stream(reports())
    next(stream)
    assert len(taken) == 1


def test_min_confidence_leaves_the_unsure_out(make_extractor: Make) -> None:
    assert make_extractor(min_confidence=1.0)(TEXT).spans == []


def test_a_label_has_a_floor_of_its_own(make_extractor: Make) -> None:
    extractor = make_extractor()
    assert {span.label for span in extractor(TEXT).spans} == {"AMOUNT", "PROJECT"}
    extractor.settings.floors = {"PROJECT": 1.0}
    report = extractor(TEXT)
    assert {span.label for span in report.spans} == {"AMOUNT"}
    assert report.relations == []


def test_a_semicolon_parts_sums_from_projects_where_the_wording_counts(
    make_extractor: Make,
) -> None:
    text = "{项目基地}投产；总投资<3亿元>，有一个{项目}开工。"
    extractor = make_extractor()

    def link(owners: float) -> tuple[int, int]:
        extractor.settings.owners = owners
        ((head, tail),) = [(r.head, r.tail) for r in extractor(text).relations]
        return head, tail

    assert link(0.0) == (1, 0), "the tagger's own"
    assert link(1.0) == (1, 2)


def test_a_link_is_no_surer_than_its_ends(make_extractor: Make) -> None:
    report = make_extractor()(TEXT)
    assert report.relations
    for link in report.relations:
        ends = [report.spans[i].confidence for i in (link.head, link.tail)]
        assert link.confidence <= min(ends)


def test_one_bad_report_becomes_an_error_record(make_extractor: Make, monkeypatch) -> None:
    from inference import extractor as module

    prepare = module.prepare

    def fail(text: str, *args: object, **options: object):
        if text == "坏":
            raise RuntimeError("boom")
        return prepare(text, *args, **options)

    monkeypatch.setattr(module, "prepare", fail)
    documents = list(make_extractor().stream([Document("a", "坏"), Document("b", TEXT)]))
    assert documents[0].extra["error"]["type"] == "RuntimeError"
    assert documents[0].id == "a"
    assert len(documents[1].spans) == 4


@pytest.mark.parametrize("text", ["", " \n\t ", "。", "\ud800", "<", "?" * 300])
def test_odd_texts(make_extractor: Make, text: str) -> None:
    assert make_extractor()(text).text == text
