"""How sure a score is: confidence intervals by resampling reports.

Sentences of one report are alike, so reports, not sentences, are drawn with replacement (Efron and Tibshirani, "An
Introduction to the Bootstrap", 1993, percentile intervals). Two models are compared on the same draws (the paired
bootstrap of Koehn, "Statistical significance tests for machine translation evaluation", EMNLP 2004).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotations.agreement import Agreement

SAMPLES = 2000
LEVEL = 0.95

#: Score name → correct, reference, proposed of every report, ``[reports, 3]``.
Counts = Mapping[str, NDArray[np.int64]]


def counts(agreements: Sequence[Agreement]) -> Counts:
    """What every score is made of, by report.

    Args:
        agreements: one per report.

    Returns:
        Entries for labels, ``overlap.LABEL``, ``LABEL.attribute``, relation types, ``kind``.
    """
    table: dict[str, NDArray[np.int64]] = {}
    for row, agreement in enumerate(agreements):
        entries = {
            **agreement.spans,
            **{f"overlap.{label}": tally for label, tally in agreement.overlaps.items()},
            **agreement.attributes,
            **agreement.relations,
            "kind": agreement.kinds,
        }
        for name, tally in entries.items():
            if name not in table:
                table[name] = np.zeros((len(agreements), 3), np.int64)
            table[name][row] = tally.correct, tally.reference, tally.proposed
    return table


def draws(reports: int, samples: int = SAMPLES, seed: int = 0) -> NDArray[np.int64]:
    """How often each report is drawn in each sample: ``[samples, reports]``, rows summing to ``reports``."""
    return np.random.default_rng(seed).multinomial(
        reports, np.full(reports, 1 / reports), size=samples
    )


def scores(table: Counts, labels: Sequence[str], weights: NDArray[np.int64]) -> dict[str, NDArray]:
    """F1 of every entry, and ``micro`` and ``macro`` over ``labels``, in every sample: ``[samples]`` each.

    Attributes and kinds have as many proposed as reference items, which makes their F1 an accuracy. A sample without
    any item has no score (NaN).
    """
    found = {name: _f1(weights @ values) for name, values in table.items()}
    spans = [table[label] for label in labels if label in table]
    if spans:
        found["micro"] = _f1(weights @ np.sum(spans, axis=0))
        parts = np.stack([found[label] for label in labels if label in table])
        # A sample without a label has a mean over the others.
        known = ~np.isnan(parts)
        sums, numbers = np.where(known, parts, 0).sum(0), known.sum(0)
        found["macro"] = np.where(numbers > 0, sums / np.maximum(numbers, 1), np.nan)
    return found


def _f1(sums: NDArray) -> NDArray[np.float64]:
    items = sums[:, 1] + sums[:, 2]
    return np.where(items > 0, 2 * sums[:, 0] / np.maximum(items, 1), np.nan)


def _interval(values: NDArray) -> tuple[float, float] | None:
    known = values[~np.isnan(values)]
    if not len(known):
        return None
    tail = 100 * (1 - LEVEL) / 2
    low, high = np.percentile(known, [tail, 100 - tail])
    return round(float(low), 4), round(float(high), 4)


def intervals(
    agreements: Sequence[Agreement], labels: Sequence[str], samples: int = SAMPLES, seed: int = 0
) -> dict[str, tuple[float, float] | None]:
    """The 95 % interval of every score (names: see `counts` and `scores`); None where there is nothing to score."""
    if not agreements:
        return {}
    table = counts(agreements)
    sampled = scores(table, labels, draws(len(agreements), samples, seed))
    return {name: _interval(values) for name, values in sampled.items()}


@dataclass(frozen=True, slots=True)
class Difference:
    """Score of B less that of A on the same reports.

    Attributes:
        a, b: the two scores; None where neither has an item.
        low, high: 95 % interval of ``b - a``.
        better: share of samples in which B scores higher (ties count half).
    """

    a: float | None
    b: float | None
    low: float
    high: float
    better: float

    @property
    def verdict(self) -> str:
        """``better``, ``worse`` or ``even`` (the interval has zero in it)."""
        return "better" if self.low > 0 else "worse" if self.high < 0 else "even"

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return asdict(self) | {"verdict": self.verdict}


def paired(
    a: Sequence[Agreement],
    b: Sequence[Agreement],
    labels: Sequence[str],
    samples: int = SAMPLES,
    seed: int = 0,
) -> dict[str, Difference]:
    """`Difference` of every score of two models; ``a`` and ``b`` are of the same reports in the same order."""
    weights = draws(len(a), samples, seed)
    whole = np.ones((1, len(a)), np.int64)
    tables = counts(a), counts(b)
    names = list(dict.fromkeys([*tables[0], *tables[1]]))
    nothing = np.zeros((len(a), 3), np.int64)
    sides = []
    for table in tables:
        full = {name: table.get(name, nothing) for name in names}
        sides.append((scores(full, labels, weights), scores(full, labels, whole)))
    (samples_a, score_a), (samples_b, score_b) = sides
    differences = {}
    for name in samples_a:
        gap = samples_b[name] - samples_a[name]
        interval = _interval(gap)
        if interval is None:
            continue
        known = gap[~np.isnan(gap)]
        better = float((known > 0).mean() + (known == 0).mean() / 2)
        differences[name] = Difference(
            _number(score_a[name]), _number(score_b[name]), *interval, round(better, 4)
        )
    return differences


def _number(values: NDArray) -> float | None:
    return None if np.isnan(values[0]) else round(float(values[0]), 4)
