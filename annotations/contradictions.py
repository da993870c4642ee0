"""Annotations that a model confidently contradicts, by confident learning for token classification.

The model must not have seen the reports: ``python -m training.cross_predict`` trains on other folds. Method:
Wang and Mueller, "Detecting label errors in token classification data", 2022, as in cleanlab's
``token_classification``; tokens are characters, classes the labels and "unmarked".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotations.checks import Suspicion
from annotations.document import Document
from annotations.errors import DataError
from annotations.scheme import Scheme


def _find_label_issues() -> Any:
    try:
        from cleanlab.token_classification.filter import find_label_issues
    except ImportError:
        raise DataError("comparing with a model needs cleanlab; pip install cleanlab") from None
    return find_label_issues


def _certainty(predicted: Sequence[Document]) -> float:
    """How sure the model is on average: it says so only of spans, so it stands for unmarked words too."""
    values = [span.confidence for document in predicted for span in document.spans]
    if not values or None in values:
        raise DataError("the predictions have no confidences; make them with zhaoshang extract")
    return float(np.mean(values))


def _chances(
    document: Document, classes: dict[str | None, int], unmarked: float
) -> NDArray[np.float64]:
    """(characters, classes): the chance of each class, what a prediction leaves spread evenly."""
    others = len(classes) - 1
    chances = np.full((len(document.text), len(classes)), (1 - unmarked) / others)
    chances[:, classes[None]] = unmarked
    for span in document.spans:
        if span.label in classes:
            sure = span.confidence or 0.0
            chances[span.start : span.end] = (1 - sure) / others
            chances[span.start : span.end, classes[span.label]] = sure
    return chances


def _classes(document: Document, classes: dict[str | None, int]) -> NDArray[np.int64]:
    """The class of every character as annotated."""
    labels = np.full(len(document.text), classes[None])
    for span in document.spans:
        labels[span.start : span.end] = classes[span.label]
    return labels


def contradictions(
    documents: Sequence[Document], predicted: Sequence[Document], scheme: Scheme
) -> Iterator[Suspicion]:
    """Stretches whose annotation is probably wrong by the model's word, in the order of the reports.

    Args:
        documents: annotated reports.
        predicted: the same reports as a model sees them, spans with confidences; others are ignored.

    Yields:
        Suspicions whose score is the mean chance of what the model sees there instead.

    Raises:
        DataError: when a report is missing or has another text in ``predicted``, predictions have no
            confidences, or cleanlab is missing.
    """
    find_label_issues = _find_label_issues()
    by_id = {document.id: document for document in predicted}
    for document in documents:
        if document.id not in by_id:
            raise DataError("this report is missing from the predictions", document.id)
        if by_id[document.id].text != document.text:
            raise DataError("the predictions are of another text", document.id)
    pairs = [(d, by_id[d.id]) for d in documents if d.text]
    unmarked = _certainty([other for _, other in pairs])
    classes: dict[str | None, int] = {None: 0} | {key: i for i, key in enumerate(scheme.labels, 1)}
    names = ["unmarked", *scheme.labels]
    labels = [_classes(document, classes) for document, _ in pairs]
    chances = [_chances(other, classes, unmarked) for _, other in pairs]
    # One process: forking beside the threads of torch or onnxruntime can hang for ever.
    found = find_label_issues([list(map(int, line)) for line in labels], chances, n_jobs=1)
    issues = set(found)
    for number, (document, _) in enumerate(pairs):
        places = sorted(at for row, at in issues if row == number)
        best = chances[number].argmax(1)
        # A run of neighbouring characters with the same two readings is one place.
        runs = groupby(
            enumerate(places),
            key=lambda item: (item[1] - item[0], labels[number][item[1]], best[item[1]]),
        )
        for (_, mine, theirs), group in runs:
            run = [place for _, place in group]
            if mine == theirs:
                continue
            start, end = run[0], run[-1] + 1
            score = round(float(chances[number][start:end, theirs].mean()), 4)
            reason = f"{names[mine]} here, {names[theirs]} to the model"
            yield Suspicion(score, document.id, start, end, document.text[start:end], reason)
