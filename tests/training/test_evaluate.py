from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.agreement import compare_all
from annotations.document import Document, Span
from training.evaluate import seqeval_report


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
