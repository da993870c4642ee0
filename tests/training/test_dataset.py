from __future__ import annotations

import pytest
import torch

from annotations.document import Document, Relation, Sentence, Span
from annotations.scheme import Scheme
from inference.encoding import CharVocab
from inference.layout import Layout
from inference.windows import WindowSizes
from training.dataset import Encoder, LossReport, collate

RAW = "總投資185億元的龍馬風(fēng)機(jī)基地落戶。投資1億元的乙廠開工。"


@pytest.fixture
def document() -> Document:
    def span(text: str, label: str, **attributes: str) -> Span:
        start = RAW.index(text)
        return Span(start, start + len(text), label, attributes)

    spans = [
        span("185億元", "AMOUNT", role="investment"),
        span("龍馬風(fēng)機(jī)基地", "PROJECT", stage="landed"),
        span("1億元", "AMOUNT", role="investment"),
        span("乙廠", "PROJECT", stage="construction"),
    ]
    end = RAW.index("。") + 1
    sentences = [Sentence(0, end, "project"), Sentence(end, len(RAW), "result")]
    return Document("d", RAW, {}, sentences, spans, [Relation("investment_of", 0, 1)])


@pytest.fixture
def encoder(scheme: Scheme) -> Encoder:
    characters = dict.fromkeys("总投资185亿元的龙马风机基地落户。乙厂开工")
    vocab = CharVocab(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *characters])
    return Encoder(vocab, Layout(scheme), WindowSizes(24, 4))


def test_windows_carry_the_gold_annotation(encoder: Encoder, document: Document) -> None:
    report = LossReport()
    rows = encoder.encode(document, report)
    assert str(report) == "4 spans; lost: none"
    assert len(rows) == 2
    first = rows[0]
    tokens = [encoder.vocab.tokens[i] for i in first["input_ids"]]
    texts = ["".join(tokens[s:e]) for s, e in first["spans"]]
    assert texts == ["185亿元", "龙马风机基地"]
    tags = [encoder.layout.tags[t] for t in first["tags"]]
    assert tags[:5] == ["O", "O", "O", "B-AMOUNT", "I-AMOUNT"]
    assert encoder.vocab.unknown not in first["input_ids"]
    # relation 0, head span 0, answer 1 (the first candidate), candidate span 1 in its bucket
    assert first["links"][0][:4] == [0, 0, 1, 1]
    assert rows[1]["links"][0][2] == 0, "the second sentence links nothing"
    assert [encoder.layout.kinds[k] for row in rows for k in row["kinds"]] == ["project", "result"]


def test_no_window_begins_inside_a_span(encoder: Encoder) -> None:
    text = "风机基地落户" * 12
    document = Document("d", text, {}, [Sentence(0, 72)], [Span(0, 72, "PROJECT", {})])
    report = LossReport()
    rows = encoder.encode(document, report)
    assert len(rows) > 2
    assert "1 to windows" in str(report)
    assert not any(encoder.layout.tags[row["tags"][0]].startswith("I-") for row in rows)


def test_collated_positions_point_at_the_same_characters(
    encoder: Encoder, document: Document
) -> None:
    rows = encoder.encode(document, LossReport())
    batch = collate(rows, encoder.vocab.pad)
    targets = batch["targets"]
    for row, start, end in targets["spans"].tolist():
        label_column = targets["tags"][row, start - targets["starts"][row]]
        assert encoder.layout.tags[label_column].startswith("B-")
        assert end <= batch["attention_mask"][row].sum()
    relation, head, tails, _, answer = targets["links"][1]
    assert (relation, answer) == (0, 0)
    assert targets["spans"][head][0] == 1, "indices move on from row to row"
    assert tails.tolist() == [3]
    assert torch.equal(targets["lengths"], torch.tensor([len(r["tags"]) for r in rows]))


def test_a_span_that_a_sentence_end_cuts_is_reported(encoder: Encoder, document: Document) -> None:
    end = RAW.index("。")
    document.spans[1] = Span(end - 2, end + 3, "PROJECT", {"stage": "landed"})
    report = LossReport()
    encoder.encode(document, report)
    assert len(report.sentences) == 1
    assert "lost: 1 to sentence splits" in str(report)
