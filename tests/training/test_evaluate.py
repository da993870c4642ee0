from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.agreement import compare_all
from annotations.document import Document, Span
from training.evaluate import overlap_f1, seqeval_report, table


@st.composite
def annotated(draw: st.DrawFn) -> list[Span]:
    cuts = sorted(draw(st.sets(st.integers(0, 30), max_size=8)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    return [Span(a, b, draw(st.sampled_from(["AMOUNT", "PROJECT"]))) for a, b in pairs]


@given(annotated(), annotated())
def test_seqeval_and_agreement_count_the_same_spans(gold: list[Span], guess: list[Span]) -> None:
    documents = [[Document("d", "字" * 31, spans=spans)] for spans in (gold, guess)]
    if not gold:
        return
    ours = compare_all(*documents).to_dict()
    theirs = seqeval_report(*documents)
    assert theirs["micro avg"]["f1-score"] == pytest.approx(ours["micro"]["f1"], abs=1e-3)
    for label, row in ours["spans"].items():
        if label in theirs:
            assert theirs[label]["f1-score"] == pytest.approx(row["f1"], abs=1e-3)


def test_overlap_is_scored_beside_exact_spans() -> None:
    gold = [Span(0, 4, "AMOUNT"), Span(5, 9, "AMOUNT"), Span(10, 14, "PROJECT")]
    guess = [Span(1, 4, "AMOUNT"), Span(5, 9, "AMOUNT"), Span(10, 14, "AMOUNT")]
    pair = [[Document("d", "字" * 20, spans=spans)] for spans in (gold, guess)]
    figures = compare_all(*pair).to_dict()
    scores = overlap_f1(figures)
    # AMOUNT: two of two gold and three read; PROJECT: none of one and none read.
    assert scores == pytest.approx(
        {"AMOUNT": 0.8, "PROJECT": 0.0, "micro": 4 / 6, "macro": 0.4}, abs=1e-4
    )
    rows = table(figures).splitlines()
    assert rows[0] == "| | precision | recall | F1 | overlap F1 | spans |"
    assert "| AMOUNT | 33.3 | 50.0 | 40.0 | 80.0 | 2 |" in rows
    assert rows[-2:] == [
        "| micro | 33.3 | 33.3 | 33.3 | 66.7 | 3 |",
        "| macro | | | 20.0 | 40.0 | |",
    ]
    assert overlap_f1(compare_all([], []).to_dict()) == {"micro": 0.0, "macro": 0.0}
