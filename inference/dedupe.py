"""Which mentions of projects, over all sentences and reports, are of the same project.

Mentions with one normalised name and city are one node at once. Nodes are then compared only inside
blocks, so that the work grows about linearly with the number of mentions: those that share a rare
piece of their names, those of one report, and those of one city with one sum or one opening. Blocks
above a fixed size say nothing (`光伏发电`) and are compared only with their neighbours in name order.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, combinations

from inference.names import kernel, normalise
from inference.sameness import GENERIC, Node, barred, clash
from inference.sameness import same as _same

_PIECE = 3
_LARGEST_BLOCK = 64
_WINDOW = 4


@dataclass(frozen=True, slots=True)
class Mention:
    """What tells one mention of a project from another.

    Attributes:
        name: in simplified characters.
        report: the id of its report.
        place: code of its division (GB/T 2260), or None.
        sums: what it is said to cost as a whole, with the currency.
    """

    name: str
    report: str
    place: str | None = None
    sums: frozenset[tuple[Decimal, str]] = frozenset()


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
    echoes = set(_echoes(nodes))
    for left, right in chain(_candidates(nodes), echoes):
        first, second = sorted((root(left), root(right)))
        # A node without a city must not tie two cities together.
        if first == second or (
            cities[first] and cities[second] and cities[first] != cities[second]
        ):
            continue
        pair = nodes[left], nodes[right]
        if _same(*pair) or ((left, right) in echoes and not barred(*pair) and not clash(*pair)):
            parents[second] = first
            cities[first] = cities[first] or cities[second]
    groups: dict[int, list[int]] = defaultdict(list)
    for index, node in enumerate(nodes):
        groups[root(index)] += node.members
    return sorted(sorted(members) for members in groups.values())


def _nodes(mentions: Sequence[Mention]) -> list[Node]:
    nodes: dict[Hashable, Node] = {}
    for index, mention in enumerate(mentions):
        name = normalise(mention.name)
        city = mention.place[:4] if mention.place and mention.place[2:4] != "00" else None
        # A generic name, or one without a city, says little beyond its own report.
        alone = mention.report if len(name.core) <= GENERIC or city is None else None
        node = nodes.setdefault((name, city, alone), Node(name, city))
        node.reports.add(mention.report)
        node.sums |= mention.sums
        node.members.append(index)
    return list(nodes.values())


def _candidates(nodes: list[Node]) -> Iterator[tuple[int, int]]:
    """Pairs of nodes worth comparing."""
    blocks: dict[Hashable, list[int]] = defaultdict(list)
    for index, node in enumerate(nodes):
        blocks["name", node.name.core].append(index)
        for amount in node.sums if node.city else ():
            blocks["sum", node.city, amount].append(index)
        if node.city:
            blocks["opening", node.city, node.name.core[:2]].append(index)
        for report in node.reports:
            blocks["report", report].append(index)
    yield from _pairs(nodes, blocks.values())
    yield from _sharing_pieces(nodes)


def _sharing_pieces(nodes: list[Node]) -> Iterator[tuple[int, int]]:
    """Pairs where the kernel of one name is in the other, found by its rarest piece.

    Prefix filtering as in set-similarity joins (Chaudhuri et al. 2006): what holds a name holds its
    rarest piece too.
    """
    cores = [node.name.core for node in nodes]
    pieces = [_pieces(core) for core in cores]
    frequency = Counter(piece for found in pieces for piece in found)
    holders: dict[str, list[int]] = defaultdict(list)
    for index, found in enumerate(pieces):
        for piece in found:
            if frequency[piece] <= _LARGEST_BLOCK:
                holders[piece].append(index)
    for index, core in enumerate(cores):
        sought = kernel(core)
        if found := _pieces(sought):
            rarest = min(found, key=lambda piece: (frequency[piece], piece))
            for other in holders.get(rarest, ()):
                if other != index and sought in cores[other]:
                    yield index, other


def _pieces(name: str) -> set[str]:
    return {name[i : i + _PIECE] for i in range(len(name) - _PIECE + 1)}


def _pairs(nodes: list[Node], blocks: Iterable[list[int]]) -> Iterator[tuple[int, int]]:
    for block in blocks:
        if len(block) <= _LARGEST_BLOCK:
            yield from combinations(block, 2)
            continue
        ordered = sorted(
            block, key=lambda index: (nodes[index].name.core, nodes[index].city or "", index)
        )
        for position, index in enumerate(ordered):
            yield from ((index, other) for other in ordered[position + 1 : position + 1 + _WINDOW])


def _echoes(nodes: list[Node]) -> Iterator[tuple[int, int]]:
    """Pairs of one report where one name is the end of just one other (电解液项目 after …锂电池电解液项目).

    A report that has named a project in full goes on without its owner, place and size. Where two
    names end so, it could be either, and neither is taken.
    """
    reports: dict[str, list[int]] = defaultdict(list)
    for index, node in enumerate(nodes):
        for report in node.reports:
            reports[report].append(index)
    for members in reports.values():
        # Lists of hundreds of projects name each in full.
        if len(members) > _LARGEST_BLOCK:
            continue
        kernels = {index: kernel(nodes[index].name.core) for index in members}
        for short in members:
            end = kernels[short]
            longer = [i for i in members if kernels[i] != end and kernels[i].endswith(end)]
            if len({kernels[index] for index in longer}) == 1:
                yield from ((short, index) for index in longer)
