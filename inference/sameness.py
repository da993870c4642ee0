"""When two names of projects are of one project: by name, place, sums and report."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from inference.gazetteer import divisions
from inference.names import ProjectName, abbreviates, kernel

# Names this short (光伏发电) are shared by many projects.
GENERIC = 4
_TELLING = 6
# Reports round and revise sums; nearer ones do not tell projects apart.
_TOLERANCE = Decimal("0.05")


@dataclass(slots=True)
class Node:
    """Mentions that are one by name and place.

    Attributes:
        city: the first four digits of the division's code, or None.
        reports: ids of the reports that hold them.
        sums: what they are said to cost as a whole, with the currency.
        members: their indices.
    """

    name: ProjectName
    city: str | None
    reports: set[str] = field(default_factory=set)
    sums: set[tuple[Decimal, str]] = field(default_factory=set)
    members: list[int] = field(default_factory=list)


def barred(left: Node, right: Node) -> bool:
    """Whether phase, city or figures in the names say that they are two."""
    fewer, more = sorted((left.name.numbers, right.name.numbers), key=len)
    return (
        left.name.phase != right.name.phase
        or bool(left.city and right.city and left.city != right.city)
        or not fewer <= more
    )


def clash(left: Node, right: Node) -> bool:
    """Whether both have sums and none of one is about one of the other."""
    return bool(left.sums and right.sums) and not any(
        currency == other_currency and abs(sum_ - other) <= _TOLERANCE * max(sum_, other)
        for sum_, currency in left.sums
        for other, other_currency in right.sums
    )


def same(left: Node, right: Node) -> bool:
    """Whether two nodes are one project, by name, place, sums and report."""
    if barred(left, right):
        return False
    shared = bool(left.sums & right.sums)
    together = bool(left.reports & right.reports)
    near = together or (left.city is not None and left.city == right.city)
    short, long = sorted((left.name.core, right.name.core), key=len)
    if short == long:
        return together or shared or len(short) >= _TELLING
    if len(short) < GENERIC or not near or clash(left, right):
        return False
    ratio = len(short) / len(long)
    if short in long and (
        shared or (ratio >= (0.5 if together else 0.6) and len(short) >= _TELLING - together)
    ):
        return True
    if abbreviates(short, long) and (
        (shared and ratio >= 0.3) or (together and ratio >= 0.5 and short[:2] == long[:2])
    ):
        return True
    # Names side by side in one report are told apart by what another report leaves out.
    kernels = sorted((kernel(short), kernel(long)), key=len)
    return not together and _reworded(*kernels, shared=shared)


def _reworded(short: str, long: str, *, shared: bool) -> bool:
    """Whether two reports of one city call one project by these kernels; `shared` is a sum.

    The longer has more words for the works, a place or owner in front, or the owner's full name
    (康瑞植物蛋白饮料, 康瑞食品植物蛋白饮料); both end with the product. A product without its owner is
    one project only with one sum.
    """
    if short == long:
        return len(short) >= _TELLING
    ratio = len(short) / len(long)
    if long.endswith(short):
        in_place = len(short) >= GENERIC and long[: -len(short)] in divisions()
        return in_place or (shared and len(short) >= _TELLING and ratio >= 0.5)
    ends = short[:2] == long[:2] and short[-2:] == long[-2:]
    return ends and len(short) > GENERIC and ratio >= 0.6 and abbreviates(short, long)
