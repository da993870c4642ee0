from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.document import Document, Span
from inference.sums import certainty, settle

SURE = 0.98


def settled(marked: str) -> list[str]:
    """The spans after settling, as ``LABEL:text``; before it they stand in ``[…]`` (A), ``{…}`` (P), ``<…>`` (M)."""
    labels = {"[": "AMOUNT", "{": "PROJECT", "<": "MEASURE"}
    text, spans = "", []
    for part in re.findall(r"\[.*?\]|\{.*?\}|<.*?>|[^\[{<]+", marked):
        label = labels.get(part[0])
        piece = part[1:-1] if label else part
        if label:
            spans.append((len(text), len(text) + len(piece), label, 0.6))
        text += piece
    (found,) = settle(text, [(0, len(text))], [spans], SURE)
    return [f"{label[0]}:{text[start:end]}" for start, end, label, _ in found]


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("固定资产投资额[1000万元人民币]以上", ["A:1000万元"]),
        ("总投资约[人民币７８．５亿元]，", ["A:７８．５亿元"]),
        ("到位资金[超200亿元]，", ["A:200亿元"]),
        ("总投资1[.5亿元]的{金雷项目}", ["A:1.5亿元", "P:金雷项目"]),
        ("分别投入[6800万元和2100万元]。", ["A:6800万元", "A:2100万元"]),
        ("票价在[30元到50元]之间", ["A:30元到50元"]),
        ("出让[28640平方米]，起始价[5亿元]", ["A:5亿元"]),
        ("产气[143亿立方米]、收粮[20亿斤]", []),
        ("便宜了[五百块]，", ["A:五百块"]),
        ("送电[1.1亿]千瓦时，引资[24亿]，惠及[3万]人", ["A:24亿"]),
        ("票价从[30元降到20元]后，[3亿元到5亿元]", ["A:30元", "A:20元", "A:3亿元到5亿元"]),
        ("[万元]GDP能耗下降，[万元]产值用水，[万元]以上项目", ["A:万元"]),
        ("到位[x.x亿元]、xx[x万美元]，投资[××万元]，约[数亿元]", ["A:数亿元"]),
        ("给予100万元奖励", ["A:100万元"]),
        ("<设立2亿元产业基金>，<组建专班>", ["A:2亿元", "M:组建专班"]),
        ("签约{百亿级光伏产业园}和{5亿元扩建项目}", ["P:百亿级光伏产业园", "P:5亿元扩建项目"]),
        ("三元材料、多元投入、568个项目", []),
    ],
)
def test_sums_are_settled(marked: str, expected: list[str]) -> None:
    assert settled(marked) == expected


def test_plain_sums_are_as_sure_as_measured_and_others_as_the_model_says() -> None:
    text = "投资5亿元，引进亿元以上项目"
    spans = [(2, 5, "AMOUNT", 0.7), (8, 10, "AMOUNT", 0.6)]
    (found,) = settle(text, [(0, len(text))], [spans], SURE)
    assert [chance for *_, chance in found] == [SURE, 0.6]
    (found,) = settle(text, [(0, len(text))], [[(2, 5, "AMOUNT", 0.99)]], SURE)
    assert found == [(2, 5, "AMOUNT", 0.99)]


def test_sums_go_to_their_sentences() -> None:
    text = "投资3亿元。没有。再投5亿元。"
    sentences = [(0, 6), (6, 9), (9, len(text))]
    found = settle(text, sentences, [[], [], []], SURE)
    assert [[text[s:e] for s, e, *_ in spans] for spans in found] == [["3亿元"], [], ["5亿元"]]


@given(st.data())
def test_spans_never_overlap(data: st.DataObject) -> None:
    text = data.draw(st.text("投资35.亿万元美和到、-多以上项目亩吨", max_size=40))
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=8)))
    labels = st.sampled_from(["AMOUNT", "PROJECT", "MEASURE", None])
    spans = [
        (start, end, label, 0.5)
        for start, end in itertools.pairwise(cuts)
        if (label := data.draw(labels))
    ]
    (found,) = settle(text, [(0, len(text))], [spans], SURE)
    for (_, end, *_), (start, *_) in itertools.pairwise(found):
        assert end <= start
    assert all(0 <= start < end <= len(text) for start, end, *_ in found)
    kept = [span for span in spans if span[2] == "PROJECT"]
    assert kept == [span for span in found if span[2] == "PROJECT"]


def reports(annotated: int, count: int) -> list[Document]:
    text = "总投资3亿元。"
    spans = [Span(3, 6, "AMOUNT", {})]
    return [Document(str(i), text, spans=spans if i < annotated else []) for i in range(count)]


@pytest.mark.parametrize(
    ("annotated", "count", "share"), [(40, 40, 1.0), (39, 40, 0.975), (20, 40, 0.0), (9, 9, 0.0)]
)
def test_sums_are_trusted_where_the_reports_bear_it_out(
    annotated: int, count: int, share: float
) -> None:
    assert certainty(reports(annotated, count)) == share
