"""Mentions of one project put together to one ledger entry; disagreements are kept and flagged."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import combinations
from typing import NamedTuple, TypeVar

from inference.dedupe import Mention, cluster
from inference.mentions import ProjectMention
from inference.places import Place
from inference.portions import ADDED, FORMER, UNNAMED, YEARLY
from inference.records import Evidence, ProjectAmount, ProjectEntry, ProjectStage

_T = TypeVar("_T")
#: In the order a project passes them.
STAGES = ("unspecified", "negotiation", "signed", "landed", "construction", "production")
_UNCOUNTED = frozenset((FORMER, ADDED, UNNAMED))


class _Span(NamedTuple):
    """From the least to the most that a sum may be."""

    low: Decimal
    high: Decimal
    currency: str


def merge(mentions: Sequence[ProjectMention]) -> tuple[list[ProjectEntry], list[int]]:
    """Entries in order of first mention, with ids from 1, and the entry's id for each mention."""
    entries: list[ProjectEntry] = []
    owners = [0] * len(mentions)
    for members in cluster([_identity(mention) for mention in mentions]):
        entries.append(_entry(len(entries) + 1, [mentions[index] for index in members]))
        for index in members:
            owners[index] = entries[-1].id
    return entries, owners


def _identity(mention: ProjectMention) -> Mention:
    sums = set()
    for given in mention.amounts:
        # Money in place and the sum of a phase differ from report to report; the whole, and what it
        # was before it was raised, do not.
        if given.part not in (None, FORMER) or given.role == "received":
            continue
        figure = given.amount.low if given.amount.value is None else given.amount.value
        if figure is not None and given.amount.per is None:
            sums.add((figure, given.amount.currency))
    code = mention.place.code if mention.place else None
    return Mention(mention.name, mention.evidence.report, code, frozenset(sums))


def _entry(identifier: int, mentions: list[ProjectMention]) -> ProjectEntry:
    names = Counter(mention.name for mention in mentions)
    name = max(names, key=lambda found: (len(found), names[found]))
    amounts = _amounts(given for mention in mentions for given in mention.amounts)
    stages = _stages(mentions)
    stated = [stage.stage for stage in stages if stage.stage != "unspecified"]
    places = [mention.place for mention in mentions if mention.place]
    conflicts = {
        "amount": _disagree(amounts),
        "stage": len(stated) > 1,
        "place": _apart(places),
    }
    return ProjectEntry(
        id=identifier,
        name=name,
        aliases=tuple(alias for alias in names if alias != name),
        stage=max(stated, key=_rank, default="unspecified"),
        stages=stages,
        amounts=amounts,
        place=_lowest(places),
        organisation=_first(mention.organisation for mention in mentions),
        period=_first(mention.period for mention in mentions),
        industry=_first(mention.industry for mention in (*_named(mentions, name), *mentions)),
        evidence=tuple(mention.evidence for mention in mentions),
        conflicts=tuple(what for what, holds in conflicts.items() if holds),
    )


def _amounts(given: Iterable[ProjectAmount]) -> tuple[ProjectAmount, ...]:
    """Distinct sums with all their evidence, the most often stated first."""
    groups: dict[tuple[object, ...], list[ProjectAmount]] = {}
    for item in given:
        amount = item.amount
        ends = (amount.value, amount.low, amount.high)
        # What could not be read is told apart by its text.
        figure = amount.text if ends == (None, None, None) else ends
        key = (figure, amount.currency, amount.per, item.role, item.target, item.part)
        groups.setdefault(key, []).append(item)
    merged = []
    for items in groups.values():
        confidences = [item.confidence for item in items if item.confidence is not None]
        evidence = tuple(found for item in items for found in item.evidence)
        merged.append(
            replace(items[0], evidence=evidence, confidence=max(confidences, default=None))
        )
    return tuple(sorted(merged, key=lambda item: -len(item.evidence)))


def _stages(mentions: list[ProjectMention]) -> tuple[ProjectStage, ...]:
    groups: dict[str, list[Evidence]] = {}
    for mention in mentions:
        groups.setdefault(mention.stage, []).append(mention.evidence)
    return tuple(ProjectStage(stage, tuple(groups[stage])) for stage in sorted(groups, key=_rank))


def _rank(stage: str) -> int:
    # A scheme may name stages of its own; they come before those known here.
    return STAGES.index(stage) if stage in STAGES else -1


def _disagree(amounts: tuple[ProjectAmount, ...]) -> bool:
    """Whether sums cannot all hold: two of one role for one part, or a part above the whole.

    A range holds what lies in it. Money in place grows and plans are made each year, so that only
    sums of one report can disagree on them. Figures given up (`原`), also where an older report has
    them as the whole, added ones and parts without a name may be any number.
    """
    former = {_ends(given) for given in amounts if given.part == FORMER}
    groups: dict[tuple[str, str, str | None, str | None], list[_Span]] = defaultdict(list)
    for given in amounts:
        ends = _ends(given)
        if ends is None or given.part in _UNCOUNTED or (given.part is None and ends in former):
            continue
        timed = given.role == "received" or given.part == YEARLY
        for report in {found.report for found in given.evidence} if timed else {None}:
            groups[given.role, ends.currency, given.part, report].append(ends)
    if any(
        first.low > second.high or second.low > first.high
        for sums in groups.values()
        for first, second in combinations(sums, 2)
    ):
        return True
    return any(
        part is not None
        and role != "received"
        and (whole := groups.get((role, currency, None, None)))
        and min(item.low for item in sums) > max(item.high for item in whole)
        for (role, currency, part, _), sums in list(groups.items())
    )


def _ends(given: ProjectAmount) -> _Span | None:
    """What a sum may be; None for goals, prices and what could not be read."""
    amount = given.amount
    low = amount.value if amount.low is None else amount.low
    high = amount.value if amount.high is None else amount.high
    if low is None or high is None or amount.per is not None or given.target:
        return None
    return _Span(low, high, amount.currency)


def _apart(places: list[Place]) -> bool:
    """Whether two places differ on some level that both name."""
    levels = [
        {getattr(place, level) for place in places} - {None}
        for level in ("province", "city", "county")
    ]
    return any(len(found) > 1 for found in levels)


def _lowest(places: list[Place]) -> Place | None:
    """The place named most exactly; a sentence's before the report's, the first of equals."""
    ranked = sorted(
        places,
        key=lambda place: (place.county is None, place.city is None, place.source == "report"),
    )
    return ranked[0] if ranked else None


def _named(mentions: list[ProjectMention], name: str) -> list[ProjectMention]:
    return [mention for mention in mentions if mention.name == name]


def _first(values: Iterable[_T | None]) -> _T | None:
    return next((value for value in values if value is not None), None)
