"""Calibration: confidences that mean what they say, and the least worth reporting, found on development reports.

A raw probability p becomes sigmoid(a · logit(p) + b), with a and b fitted by maximum likelihood (Platt 1999, with his
smoothed targets); one pair each for the spans of every label, every relation type, and the sentence kinds. The quality
measure is the expected calibration error over ten bins (Guo et al. 2017).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from annotations.document import Document
from inference import owners, sums
from inference.extractor import Extractor
from inference.settings import ModelSettings

#: Fewer judged items than this say too little; their confidences stay as they are.
LEAST_ITEMS = 30
#: Floors that are tried. None is above a half: what is more likely right than wrong is reported.
FLOORS = tuple(round(0.05 * step, 2) for step in range(11))
TOLERANCE = 0.002

Judged = dict[str, list[tuple[float, bool]]]


def judge(gold: Sequence[Document], predicted: Sequence[Document]) -> Judged:
    """(confidence, right or wrong) of everything predicted, by score name (as `ModelSettings.calibration`)."""
    judged: Judged = defaultdict(list)
    for truth, guess in zip(gold, predicted, strict=True):
        spans = {(s.start, s.end, s.label) for s in truth.spans}
        for span in guess.spans:
            right = (span.start, span.end, span.label) in spans
            judged[f"span.{span.label}"].append((span.confidence or 0.0, right))
        links = {
            (r.type, truth.spans[r.head].start, truth.spans[r.tail].start) for r in truth.relations
        }
        for relation in guess.relations:
            ends = guess.spans[relation.head].start, guess.spans[relation.tail].start
            right = (relation.type, *ends) in links
            judged[f"relation.{relation.type}"].append((relation.confidence or 0.0, right))
        kinds = {(s.start, s.end): s.kind for s in truth.sentences}
        for sentence in guess.sentences:
            kind = kinds.get((sentence.start, sentence.end))
            if kind is not None and sentence.confidence != 1.0:
                judged["kind"].append((sentence.confidence or 0.0, kind == sentence.kind))
    return judged


def fit_platt(items: Iterable[tuple[float, bool]], steps: int = 100) -> list[float]:
    """Slope and offset by Newton's method on the likelihood, lightly regularised towards (1, 0)."""
    pairs = list(items)
    raw = np.clip(np.array([p for p, _ in pairs]), 1e-6, 1 - 1e-6)
    right = np.array([r for _, r in pairs], float)
    target = np.where(right > 0, (right.sum() + 1) / (right.sum() + 2), 1 / ((1 - right).sum() + 2))
    x = np.stack([np.log(raw / (1 - raw)), np.ones(len(raw))], 1)
    prior, strength = np.array([1.0, 0.0]), 1.0
    weights = prior.copy()
    for _ in range(steps):
        chance = 1 / (1 + np.exp(-(x @ weights)))
        gradient = x.T @ (chance - target) + strength * (weights - prior)
        curvature = (x * (chance * (1 - chance))[:, None]).T @ x + strength * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        weights = weights - step / max(1.0, float(np.abs(step).max()))
        if float(np.abs(step).max()) < 1e-8:
            break
    # A falling curve would turn the order of confidences round.
    return [max(0.05, float(weights[0])), float(weights[1])]


def expected_calibration_error(items: Iterable[tuple[float, bool]], bins: int = 10) -> float:
    """Mean distance of confidence and accuracy over equal-width bins, weighted by their items (Guo et al. 2017)."""
    pairs = np.array([(p, float(r)) for p, r in items])
    if not len(pairs):
        return 0.0
    where: NDArray = np.minimum((pairs[:, 0] * bins).astype(int), bins - 1)
    gaps = [
        abs(pairs[where == b].mean(0) @ (1, -1)) * (where == b).sum()
        for b in range(bins)
        if (where == b).any()
    ]
    return float(sum(gaps) / len(pairs))


def error_by_chance(confidences: Sequence[float], draws: int = 200, seed: int = 0) -> float:
    """The mean `expected_calibration_error` that confidences would show if they were exact.

    It is above 0 because so few items are judged (Roelofs et al. 2022 on the bias of binned estimates); it is
    found by drawing right and wrong from the confidences themselves.
    """
    if not len(confidences):
        return 0.0
    p = np.asarray(confidences, float)
    right = np.random.default_rng(seed).random((draws, len(p))) < p
    return float(np.mean([expected_calibration_error(zip(p, row, strict=True)) for row in right]))


def best_floor(items: Sequence[tuple[float, bool]], gold: int) -> float:
    """The highest of `FLOORS` that gives an F1 within `TOLERANCE` of the best there is.

    The best path through a report is not the best set of spans: it takes in some that are more likely wrong than right.
    The highest, because these are more in reports unlike those that the floor is chosen on.

    Args:
        items: (calibrated probability, right or wrong) of the spans predicted; gold: how many spans there are.
    """

    def f1(floor: float) -> float:
        kept = [right for chance, right in items if chance >= floor]
        return 2 * sum(kept) / max(1, len(kept) + gold)

    if not items:
        return 0.0
    scores = {floor: f1(floor) for floor in FLOORS}
    return max(floor for floor in FLOORS if scores[floor] >= max(scores.values()) - TOLERANCE)


def calibrate(extractor: Extractor, development: Sequence[Document]) -> ModelSettings:
    """The extractor's settings with calibration, floors, and the certainty of sums and their owners found anew.

    The extractor reads ``development`` for it, and by them from then on.
    """
    scheme = extractor.settings.label_scheme
    extractor.settings = settings = replace(
        extractor.settings,
        calibration={},
        floors={},
        sums=sums.certainty(development),
        owners=owners.certainty(development, scheme.relations.get(owners.RELATION)),
    )
    predicted = list(extractor.stream(development))
    judged = {k: v for k, v in judge(development, predicted).items() if len(v) >= LEAST_ITEMS}
    settings.calibration = {name: fit_platt(items) for name, items in judged.items()}
    for label, gold in Counter(s.label for d in development for s in d.spans).items():
        name = f"span.{label}"
        items = [(settings.calibrated(name, p), right) for p, right in judged.get(name, ())]
        if floor := best_floor(items, gold):
            settings.floors[label] = floor
    return settings
