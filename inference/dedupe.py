"""Which mentions of projects, over all sentences and reports, are of the same project.

Mentions with one normalised name and city are one node at once. Nodes are then compared only inside
blocks, so that the work grows about linearly with the number of mentions: those that share a rare
piece of their names, those of one report, and those of one city with one sum. Blocks above a fixed
size say nothing (`光伏发电`) and are compared only with their neighbours in name order.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import combinations

from inference.names import ProjectName, abbreviates, normalise

_PIECE = 3
_LARGEST_BLOCK = 64
_WINDOW = 4
# Names this short (光伏发电) are shared by many projects.
_GENERIC = 4
_TELLING = 6


@dataclass(frozen=True, slots=True)
class Mention:
    """What tells one mention of a project from another.

    Attributes:
        name: in simplified characters.
        report: the id of its report.
        place: code of its division (GB/T 2260), or None.
        sums: the sums it is given, with their currency.
    """

    name: str
    report: str
    place: str | None = None
    sums: frozenset[tuple[Decimal, str]] = frozenset()


@dataclass(slots=True)
class _Node:
    """Mentions that are one by name and place; grows as nodes are united."""

    name: ProjectName
    city: str | None
    reports: set[str] = field(default_factory=set)
    sums: set[tuple[Decimal, str]] = field(default_factory=set)
    members: list[int] = field(default_factory=list)


def cluster(mentions: Sequence[Mention]) -> list[list[int]]:
    """Groups of indices into `mentions`, one group a project, in order of first mention."""
    nodes = _nodes(mentions)
    parents = list(range(len(nodes)))

    def root(index: int) -> int:
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = parents[index]
        return index

    cities = [node.city for node in nodes]
    for left, right in _candidates(nodes):
        first, second = sorted((root(left), root(right)))
        # A node without a city must not tie two cities together.
        if first == second or (
            cities[first] and cities[second] and cities[first] != cities[second]
        ):
            continue
        if _same(nodes[left], nodes[right]):
            parents[second] = first
            cities[first] = cities[first] or cities[second]
    groups: dict[int, list[int]] = defaultdict(list)
    for index, node in enumerate(nodes):
        groups[root(index)] += node.members
    return sorted(sorted(members) for members in groups.values())


def _nodes(mentions: Sequence[Mention]) -> list[_Node]:
    nodes: dict[Hashable, _Node] = {}
    for index, mention in enumerate(mentions):
        name = normalise(mention.name)
        city = mention.place[:4] if mention.place and mention.place[2:4] != "00" else None
        # A generic name, or one without a city, says little beyond its own report.
        alone = mention.report if len(name.core) <= _GENERIC or city is None else None
        node = nodes.setdefault((name, city, alone), _Node(name, city))
        node.reports.add(mention.report)
        node.sums |= mention.sums
        node.members.append(index)
    return list(nodes.values())


def _candidates(nodes: list[_Node]) -> Iterator[tuple[int, int]]:
    """Pairs of nodes worth comparing."""
    blocks: dict[Hashable, list[int]] = defaultdict(list)
    for index, node in enumerate(nodes):
        blocks["name", node.name.core].append(index)
        for amount in node.sums if node.city else ():
            blocks["sum", node.city, amount].append(index)
        for report in node.reports:
            blocks["report", report].append(index)
    yield from _pairs(nodes, blocks.values())
    yield from _sharing_pieces(nodes)


def _sharing_pieces(nodes: list[_Node]) -> Iterator[tuple[int, int]]:
    """Pairs where the rarest piece of one name is in the other: all pairs of a name in another one.

    Prefix filtering as in set-similarity joins (Chaudhuri et al. 2006): what holds a name holds its
    rarest piece too.
    """
    pieces = [
        {core[i : i + _PIECE] for i in range(len(core) - _PIECE + 1)}
        for core in (n.name.core for n in nodes)
    ]
    frequency = Counter(piece for found in pieces for piece in found)
    holders: dict[str, list[int]] = defaultdict(list)
    for index, found in enumerate(pieces):
        for piece in found:
            if frequency[piece] <= _LARGEST_BLOCK:
                holders[piece].append(index)
    for index, found in enumerate(pieces):
        if found:
            rarest = min(found, key=lambda piece: (frequency[piece], piece))
            core = nodes[index].name.core
            for other in holders.get(rarest, ()):
                if other != index and core in nodes[other].name.core:
                    yield index, other


def _pairs(nodes: list[_Node], blocks: Iterable[list[int]]) -> Iterator[tuple[int, int]]:
    for block in blocks:
        if len(block) <= _LARGEST_BLOCK:
            yield from combinations(block, 2)
            continue
        ordered = sorted(
            block, key=lambda index: (nodes[index].name.core, nodes[index].city or "", index)
        )
        for position, index in enumerate(ordered):
            yield from ((index, other) for other in ordered[position + 1 : position + 1 + _WINDOW])


def _same(left: _Node, right: _Node) -> bool:
    """Whether two nodes are one project, by name, place, sums and report."""
    if left.name.phase != right.name.phase or (
        left.city and right.city and left.city != right.city
    ):
        return False
    fewer, more = sorted((left.name.numbers, right.name.numbers), key=len)
    if not fewer <= more:
        return False
    shared = bool(left.sums & right.sums)
    clash = bool(left.sums and right.sums) and not shared
    together = bool(left.reports & right.reports)
    near = together or (left.city is not None and left.city == right.city)
    short, long = sorted((left.name.core, right.name.core), key=len)
    if short == long:
        return together or shared or len(short) >= _TELLING
    if len(short) < _GENERIC or clash or not near:
        return False
    ratio = len(short) / len(long)
    if short in long:
        enough = ratio >= (0.5 if together else 0.6) and len(short) >= _TELLING - together
        return shared or enough
    if not abbreviates(short, long):
        return False
    return (shared and ratio >= 0.3) or (together and ratio >= 0.5 and short[:2] == long[:2])
