"""Totals that a report states, beside what the ledger's projects of that report add up to.

Reports name a few of the projects that they count, so the sum of those named is a part of the total
(`below`) or, where all are named, the total itself (`equal`). A sum `above` the total is worth a look:
the total is of another set (在建项目), or an amount is read or linked wrongly.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from annotations.document import Document
from inference.currency import DEFAULT
from inference.ledger import Ledger, build
from inference.records import IndicatorEntry, ProjectEntry

_PLEDGED = ("investment", "contract")
# A total is rounded as its report likes: 48.6亿元 of 48.63.
_ROUNDING = Decimal("0.005")


@dataclass(frozen=True, slots=True)
class Comparison:
    """One stated total in yuan.

    Attributes:
        metric, scope: as in `IndicatorEntry`.
        counted: how many projects the report says the total is of, where it says so.
        stated: the total.
        named: projects of the report that are given a sum of this kind.
        added: what their sums add up to.
        verdict: `equal`, `below`, `above`, or `unnamed` when no project has such a sum.
    """

    report: str
    metric: str
    scope: str | None
    counted: Decimal | None
    stated: Decimal
    named: int
    added: Decimal
    verdict: str

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready: decimals as strings, `share` of the total in per cent to one place."""
        return {
            "report": self.report,
            "metric": self.metric,
            "scope": self.scope,
            "counted": None if self.counted is None else format(self.counted, "f"),
            "stated": format(self.stated, "f"),
            "named": self.named,
            "added": format(self.added, "f"),
            "share": format(100 * self.added / self.stated, ".1f") if self.stated else None,
            "verdict": self.verdict,
        }


def compare(documents: Iterable[Document]) -> list[Comparison]:
    """All stated totals of money in yuan, report by report, in order of reading."""
    return [found for document in documents for found in _compare(build([document]), document.id)]


def verdicts(comparisons: Iterable[Comparison]) -> dict[str, int]:
    """How many totals there are of each verdict."""
    found = Counter(comparison.verdict for comparison in comparisons)
    return {verdict: found[verdict] for verdict in ("equal", "below", "above", "unnamed")}


def _compare(ledger: Ledger, report: str) -> Iterator[Comparison]:
    roles = {(entry.evidence.start, entry.evidence.end): entry.role for entry in ledger.amounts}
    for position, entry in enumerate(ledger.indicators):
        if entry.amount is None or not entry.amount.value or entry.amount.currency != DEFAULT:
            continue
        role = _role(entry, roles)
        if role not in (*_PLEDGED, "received"):
            continue
        kinds = _PLEDGED if role in _PLEDGED else (role,)
        sums = [value for project in ledger.projects if (value := _sum_of(project, kinds))]
        added, stated = sum(sums, Decimal(0)), entry.amount.value
        yield Comparison(
            report,
            entry.metric,
            entry.scope,
            _counted(ledger.indicators, position),
            stated,
            len(sums),
            added,
            _verdict(added, stated),
        )


def _counted(indicators: Sequence[IndicatorEntry], position: int) -> Decimal | None:
    """How many projects a total is of: the nearest count of its scope, one before it first."""
    scope = indicators[position].scope
    for entry in (*reversed(indicators[:position]), *indicators[position:]):
        if entry.count is not None and (entry.scope or "") + entry.metric == scope:
            return entry.count
    return None


def _verdict(added: Decimal, stated: Decimal) -> str:
    if not added:
        return "unnamed"
    if abs(added - stated) <= stated * _ROUNDING:
        return "equal"
    return "below" if added < stated else "above"


def _role(entry: IndicatorEntry, roles: dict[tuple[int, int], str]) -> str | None:
    """The role of the sum at the end of the stated total."""
    return next(
        (
            role
            for (start, end), role in roles.items()
            if entry.evidence.start <= start and end == entry.evidence.end
        ),
        None,
    )


def _sum_of(project: ProjectEntry, kinds: tuple[str, ...]) -> Decimal | None:
    """What a project is said to cost as a whole, or to have got, in yuan; the first of several."""
    return next(
        (
            given.amount.value
            for kind in kinds
            for given in project.amounts
            if given.role == kind
            and given.part is None
            and not given.target
            and given.amount.per is None
            and given.amount.currency == DEFAULT
            and given.amount.value is not None
        ),
        None,
    )
