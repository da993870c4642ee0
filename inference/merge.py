"""Mentions of one project put together to one ledger entry; disagreements are kept and flagged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

from inference.dedupe import Mention, cluster
from inference.mentions import ProjectMention
from inference.places import Place
from inference.records import Evidence, ProjectAmount, ProjectEntry, ProjectStage

_T = TypeVar("_T")
#: In the order a project passes them.
STAGES = ("unspecified", "negotiation", "signed", "landed", "construction", "production")


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
        key = (figure, amount.currency, amount.per, item.role, item.target)
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
    """Whether one role has sums that cannot both hold; a range holds what lies in it."""
    roles: dict[str, list[tuple[str, Decimal, Decimal]]] = {}
    for given in amounts:
        amount = given.amount
        low = amount.value if amount.low is None else amount.low
        high = amount.value if amount.high is None else amount.high
        if low is not None and high is not None and amount.per is None and not given.target:
            roles.setdefault(given.role, []).append((amount.currency, low, high))
    return any(
        first[0] == second[0] and (first[1] > second[2] or second[1] > first[2])
        for sums in roles.values()
        for position, first in enumerate(sums)
        for second in sums[position + 1 :]
    )


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
