from dataclasses import replace
from pathlib import Path

from inference.extractor import Extractor
from training.data import Data
from training.given import GivenSpans, given_spans


def places(document) -> list[tuple[int, int, str]]:
    return [(s.start, s.end, s.label) for s in document.spans]


def test_the_gold_spans_and_no_others_are_read(ready_model: Path, tiny_data: Data) -> None:
    extractor = Extractor.load(ready_model)
    gold = [replace(d, spans=d.spans[:1], relations=[]) for d in tiny_data.test]
    read = list(GivenSpans(extractor, gold).stream(gold))
    assert [places(d) for d in read] == [places(d) for d in gold]
    assert all(span.attributes for document in read for span in document.spans)
    # The extractor itself goes on finding its own.
    assert sum(len(d.spans) for d in extractor.stream(gold)) > len(gold)


def test_every_gold_span_and_link_counts(ready_model: Path, tiny_data: Data) -> None:
    figures = given_spans(Extractor.load(ready_model), tiny_data.test)
    amounts = sum(s.label == "AMOUNT" for d in tiny_data.test for s in d.spans)
    links = sum(len(d.relations) for d in tiny_data.test)
    assert figures["attributes"]["AMOUNT.role"]["spans"] == amounts
    assert figures["relations"]["investment_of"]["reference"] == links
    assert figures["relations"]["investment_of"]["f1"] > 0.5
