from copy import deepcopy

import pytest

from annotations.contradictions import contradictions
from annotations.document import Document
from annotations.errors import DataError
from annotations.scheme import Scheme
from tests.annotations.reports import signing

pytest.importorskip("cleanlab", reason="pip install cleanlab to compare annotations with a model")


def _reports(count: int = 12) -> tuple[list[Document], list[Document]]:
    gold = [signing() for _ in range(count)]
    for i, report in enumerate(gold):
        report.id = str(i)
    predicted = deepcopy(gold)
    for report in predicted:
        for span in report.spans:
            span.confidence = 0.95
    return gold, predicted


def test_a_model_of_the_same_mind_contradicts_nothing(scheme: Scheme) -> None:
    assert list(contradictions(*_reports(), scheme)) == []


def test_contradicted_places_are_found_and_nothing_else(scheme: Scheme) -> None:
    gold, predicted = _reports()
    forgotten = gold[3].spans.pop()  # 60亿元 left unmarked
    gold[7].spans[2].label = "PROJECT"  # a measure marked as a project
    found = {(s.report, s.start, s.end, s.reason) for s in contradictions(gold, predicted, scheme)}
    measure = gold[7].spans[2]
    assert found == {
        ("3", forgotten.start, forgotten.end, "unmarked here, AMOUNT to the model"),
        ("7", measure.start, measure.end, "PROJECT here, MEASURE to the model"),
    }


def test_an_unsure_model_is_not_believed(scheme: Scheme) -> None:
    gold, predicted = _reports()
    gold[3].spans.pop()
    predicted[3].spans[-1].confidence = 0.3
    assert list(contradictions(gold, predicted, scheme)) == []


def test_predictions_must_fit(scheme: Scheme) -> None:
    gold, predicted = _reports(2)
    with pytest.raises(DataError, match="1: this report is missing from the predictions"):
        list(contradictions(gold, predicted[:1], scheme))
    predicted[1].text += "。"
    with pytest.raises(DataError, match="1: the predictions are of another text"):
        list(contradictions(gold, predicted, scheme))
    with pytest.raises(DataError, match="have no confidences"):
        list(contradictions(gold, gold, scheme))


def test_without_cleanlab_it_is_named(scheme: Scheme, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "cleanlab.token_classification.filter", None)
    with pytest.raises(DataError, match="needs cleanlab"):
        list(contradictions(*_reports(), scheme))
