"""The records a ledger is made of: frozen, typed, and ready to be written as plain dictionaries."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from inference.amounts import Amount
from inference.dates import Period
from inference.places import Place


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a record was read: one span of one report.

    Attributes:
        report: the report's id.
        start, end: the span, in code points of the report's raw text, end exclusive.
        text: the raw text of the span.
        sentence_start, sentence_end: the sentence around it, in the same units.
        sentence: the raw text of the sentence.
        confidence: of the span as predicted, in [0, 1]; None for annotated spans.
    """

    report: str
    start: int
    end: int
    text: str
    sentence_start: int
    sentence_end: int
    sentence: str
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class ProjectAmount:
    """A sum that the text gives to a project (`investment_of`), with each place it is said.

    Attributes:
        confidence: the highest confidence among the links; None when annotated.
        part: what of the project it pays for, as `inference.portions` reads it (`一期`, `设备`,
            `年度`); None for the whole.
    """

    amount: Amount
    role: str
    target: bool
    evidence: tuple[Evidence, ...]
    confidence: float | None = None
    part: str | None = None


@dataclass(frozen=True, slots=True)
class ProjectStage:
    """A stage that some mention of a project states, with these mentions."""

    stage: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class ProjectEntry:
    """One investment project, with everything that all reports say of it.

    Attributes:
        id: 1, 2, … in order of first mention; the key that `AmountEntry.project` refers to.
        name: the longest name it is given; aliases are the other spellings.
        stage: the furthest stage stated, `unspecified` when none is; `stages` has each of them.
        amounts: distinct sums, most often stated first. Sums of one role for one part that cannot
            both hold are a conflict, as is a part above the whole.
        place: where it is, by its sentence or else its report; None when neither says.
        organisation: the company its sentence or its name gives; None when neither does.
        period: the date or period of its first dated mention; None when none is dated.
        industry: None where it is not plain.
        evidence: every mention, in order of reading.
        conflicts: what its mentions disagree on, of `amount`, `stage`, `place`; kept side by side
            above.
    """

    id: int
    name: str
    aliases: tuple[str, ...]
    stage: str
    stages: tuple[ProjectStage, ...]
    amounts: tuple[ProjectAmount, ...]
    place: Place | None
    organisation: str | None
    period: Period | None
    industry: str | None
    evidence: tuple[Evidence, ...]
    conflicts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AmountEntry:
    """One AMOUNT span.

    Attributes:
        project: the id of the `ProjectEntry` it is linked to, or None.
        part: what of that project it pays for, as in `ProjectAmount`.
    """

    amount: Amount
    role: str
    target: bool
    project: int | None
    place: Place | None
    period: Period | None
    evidence: Evidence
    part: str | None = None


@dataclass(frozen=True, slots=True)
class MeasureEntry:
    """One MEASURE span."""

    text: str
    category: str
    planned: bool
    place: Place | None
    period: Period | None
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class IndicatorEntry:
    """A total that a report states: `签约项目192个` or `总签约额1861.44亿元、同比增长10.4%`.

    Attributes:
        metric: what is counted or summed, as the text names it (`签约项目`, `到位资金`).
        count: the number of a count, with `unit` its measure word (个, 家, 次); both None for
            money.
        amount: the sum of money; None for a count.
        change: growth over the period compared with, in per cent (10.4, -3.2); None when unstated.
        scope: what the total covers when the text narrows it (`千万元以上`, `新签约`), else None.
    """

    metric: str
    count: Decimal | None
    unit: str | None
    amount: Amount | None
    change: Decimal | None
    period: Period | None
    place: Place | None
    scope: str | None
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """One report that the ledger was built from; `error` says why when it could not be read."""

    report: str
    title: str | None
    url: str | None
    place: Place | None
    date: datetime.date | None
    model: str | None
    characters: int
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Ledger:
    """All records of a set of reports, each list in order of reading."""

    projects: tuple[ProjectEntry, ...] = ()
    amounts: tuple[AmountEntry, ...] = ()
    measures: tuple[MeasureEntry, ...] = ()
    indicators: tuple[IndicatorEntry, ...] = ()
    sources: tuple[SourceEntry, ...] = ()

    def to_dicts(self) -> list[dict[str, Any]]:
        """All records but the sources as JSON-ready dictionaries, each with its `record` kind.

        This is the shape of a report's `"ledger"` in the document format: decimals are strings,
        dates ISO 8601, tuples lists; `record` is `project`, `amount`, `measure` or `indicator`.
        """
        kinds = {
            "project": self.projects,
            "amount": self.amounts,
            "measure": self.measures,
            "indicator": self.indicators,
        }
        return [
            {"record": kind, **to_plain(entry)}
            for kind, entries in kinds.items()
            for entry in entries
        ]


#: Most values are of these types already; asked first, for a report has thousands of them.
_PLAIN = frozenset((str, int, float, bool, type(None)))


@cache
def _fields(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def to_plain(value: Any) -> Any:
    """A record, or any part of one, as JSON-ready values; a part's own `to_dict` goes first."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if is_dataclass(kind):
        return {name: to_plain(getattr(value, name)) for name in _fields(kind)}
    if isinstance(value, tuple | list):
        return [to_plain(item) for item in value]
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value
