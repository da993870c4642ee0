"""What two reports share that a model could remember: near-duplicate sentences, project names.

Sentences are compared by their sets of character 8-grams: the share of the smaller set that lies in
the other (containment; Broder, "On the resemblance and containment of documents", 1997), never
below the Jaccard index, so one threshold covers both. Pairs are found by exact prefix filtering
(Chaudhuri et al., "A primitive operator for similarity joins", ICDE 2006): of two sets that share
enough, the smaller one's rarest members already meet the other.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations

from opencc import OpenCC

from annotations.document import Document

#: Characters of a gram, and the least length of sentences and project names that are compared.
GRAM = 8
MIN_SENTENCE = 20
MIN_PROJECT = 6
#: Least share of the shorter sentence's grams that makes a near-duplicate.
THRESHOLD = 0.6

# Blanks, marks and symbols carry no content; they are also what copying changes first.
_MARKS = re.compile(r"[\W_]+")
_SENTENCE_END = re.compile(r"(?<=[。！？!?\n])")
_HEAD = re.compile(r"(?:建设)?项目$")


@dataclass(frozen=True, slots=True, order=True)
class Leak:
    """Something that two reports share.

    Attributes:
        kind: ``sentence`` or ``project``.
        overlap: share of the shorter sentence's grams found in the other; 1 for project names.
        first, second: ids of the two reports, in input order.
        first_text, second_text: the sentences, or the names as each report writes them.
    """

    kind: str
    overlap: float
    first: str
    second: str
    first_text: str
    second_text: str

    def __str__(self) -> str:
        what = f"project {self.first_text!r}"
        if self.kind == "sentence":
            what = f"{self.overlap:.0%} of {self.first_text[:40]!r} ~ {self.second_text[:40]!r}"
        return f"{self.first} and {self.second} share {what}"


@cache
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


def normalise(text: str) -> str:
    """Text without marks and blanks, in compatibility form, lower case and simplified script."""
    return _MARKS.sub("", _simplifier().convert(unicodedata.normalize("NFKC", text)).lower())


def project_key(name: str) -> str:
    """A project's name as it is compared: `normalise`, without a closing 项目 or 建设项目."""
    return _HEAD.sub("", normalise(name))


def _sentences(document: Document) -> Iterator[str]:
    if document.sentences:
        yield from (document.text[s.start : s.end] for s in document.sentences)
    else:
        yield from _SENTENCE_END.split(document.text)


def _similar(grams: Sequence[frozenset[str]], threshold: float) -> Iterator[tuple[int, int, float]]:
    """Pairs of sets with containment ≥ ``threshold``, as indices ``i < j`` and the containment."""
    frequency = Counter(gram for members in grams for gram in members)
    index: dict[str, list[int]] = defaultdict(list)
    # From large to small: what is indexed already is at least as large as the set at hand.
    for i in sorted(range(len(grams)), key=lambda i: (-len(grams[i]), i)):
        members = sorted(grams[i], key=lambda gram: (frequency[gram], gram))
        needed = math.ceil(threshold * len(members) - 1e-9)
        candidates = {j for gram in members[: len(members) - needed + 1] for j in index[gram]}
        for j in candidates:
            shared = len(grams[i] & grams[j])
            if shared >= needed:
                yield min(i, j), max(i, j), shared / len(members)
        for gram in members:
            index[gram].append(i)


def similar_sentences(
    documents: Sequence[Document], threshold: float = THRESHOLD
) -> Iterator[Leak]:
    """Near-duplicate sentences of different reports: containment of 8-grams ≥ ``threshold``.

    Sentences with fewer than 20 characters, marks and blanks not counted, are left out.
    """
    # Equal sentences are one entry, so that repeated lines cost no comparisons.
    places: dict[str, dict[int, str]] = defaultdict(dict)
    for number, document in enumerate(documents):
        for sentence in _sentences(document):
            key = normalise(sentence)
            if len(key) >= MIN_SENTENCE:
                places[key].setdefault(number, sentence.strip())
    keys = list(places)
    grams = [frozenset(k[i : i + GRAM] for i in range(len(k) - GRAM + 1)) for k in keys]
    for key in keys:
        for a, b in combinations(places[key], 2):
            yield Leak(
                "sentence", 1.0, documents[a].id, documents[b].id, places[key][a], places[key][b]
            )
    for i, j, overlap in _similar(grams, threshold):
        for a, one in places[keys[i]].items():
            for b, other in places[keys[j]].items():
                if a < b:
                    yield Leak("sentence", overlap, documents[a].id, documents[b].id, one, other)
                elif b < a:
                    yield Leak("sentence", overlap, documents[b].id, documents[a].id, other, one)


def shared_projects(documents: Sequence[Document], label: str = "PROJECT") -> Iterator[Leak]:
    """Names marked ``label`` in several reports, as long as `project_key` leaves 6 characters."""
    places: dict[str, dict[int, str]] = defaultdict(dict)
    for number, document in enumerate(documents):
        for span in document.spans:
            if span.label == label:
                name = document.text[span.start : span.end]
                places[project_key(name)].setdefault(number, name)
    for key, names in places.items():
        if len(key) < MIN_PROJECT:
            continue
        for a, b in combinations(names, 2):
            yield Leak("project", 1.0, documents[a].id, documents[b].id, names[a], names[b])


def leaks(documents: Sequence[Document], threshold: float = THRESHOLD) -> list[Leak]:
    """All that different reports share, near-duplicate sentences first, the most alike first."""
    found = [*similar_sentences(documents, threshold), *shared_projects(documents)]
    return sorted(found, key=lambda leak: (leak.kind != "sentence", -leak.overlap, leak))


def between(parts: Mapping[str, Iterable[Document]], threshold: float = THRESHOLD) -> list[Leak]:
    """`leaks` between reports of different parts (part name → reports)."""
    part_of = {}
    documents: list[Document] = []
    for part, members in parts.items():
        for document in members:
            part_of[document.id] = part
            documents.append(document)
    return [
        leak for leak in leaks(documents, threshold) if part_of[leak.first] != part_of[leak.second]
    ]


def together(documents: Sequence[Document], threshold: float = THRESHOLD) -> set[tuple[str, str]]:
    """Pairs of report ids that must share a part, for `annotations.splits.propose`."""
    return {(leak.first, leak.second) for leak in leaks(documents, threshold)}
