"""A linear-chain CRF on character features (Lafferty, McCallum and Pereira 2001), trained by L-BFGS in CRFsuite.

Its features see three characters to either side, the kinds of characters, the figures that `inference.figures` finds,
and which words of the lists in `training.baselines.words` a character belongs to.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from annotations.agreement import compare_all
from annotations.document import Document, Span
from inference.currency import alternatives
from inference.decoding import spans_of
from inference.figures import find_amounts
from inference.prepare import Prepared
from training.baselines import words
from training.baselines.reading import on_source, prepared
from training.dataset import LossReport, clean_spans

#: Characters seen on either side.
REACH = 3
#: Passes of L-BFGS at most.
PASSES = 60
#: Values tried for the weight of the squared (L2) penalty, CRFsuite's ``c2``.
PENALTIES = (0.03, 0.1, 0.3)

_LEXICON = {
    "head": re.compile(alternatives(words.HEADS)),
    "verb": re.compile(alternatives(words.MEASURE_VERBS)),
    "edge": re.compile(alternatives(words.LEFT_EDGES)),
    "stage": re.compile(alternatives({w for group in words.STAGES.values() for w in group})),
}
_MARKS = "，。；：、,;:！？!?\n“”《》（）()"
_BORDER = "#"


def _kind(character: str) -> str:
    """A letter for what a character is: digit, numeral, Latin, mark, blank or other Chinese."""
    if character.isdecimal():
        return "d"
    if character in "〇零一二三四五六七八九十百千万亿两":
        return "n"
    if character.isascii() and character.isalpha():
        return "a"
    if character in _MARKS:
        return character
    return "z" if unicodedata.category(character).startswith("L") else "p"


def _lexicon(text: str) -> list[list[str]]:
    """Per list: for every character, where in a word of it the character stands (``B I E``), or ``-``."""
    columns = [["-"] * len(text) for _ in range(len(_LEXICON) + 1)]
    places = [
        find_amounts(text),
        *((m.span() for m in p.finditer(text)) for p in _LEXICON.values()),
    ]
    for column, found in zip(columns, places, strict=True):
        for start, end in found:
            column[start:end] = "I" * (end - start)
            column[end - 1], column[start] = "E", "B"
    return columns


def features(text: str) -> list[list[str]]:
    """Features of every character of a sentence, as the strings that CRFsuite takes."""
    size = len(text)
    padded = _BORDER * REACH + text + _BORDER * REACH
    kinds = [_kind(c) for c in padded]
    lexicon = dict(zip(("amount", *_LEXICON), _lexicon(text), strict=True))
    before, after = _neighbouring_marks(text)
    rows = []
    for i in range(size):
        at = i + REACH
        row = [f"{k}={padded[at + k]}" for k in range(-REACH, REACH + 1)]
        row += [f"{k}:{padded[at + k : at + k + 2]}" for k in range(-2, 2)]
        row += [f"{k}:{padded[at + k : at + k + 3]}" for k in range(-2, 1)]
        row.append("k" + "".join(kinds[at - 2 : at + 3]))
        row += [f"m{before[i]}", f"n{after[i]}", f"mn{before[i]}{after[i]}"]
        for name, column in lexicon.items():
            around = "".join(column[max(0, i - 1) : i + 2]) if i else _BORDER + "".join(column[:2])
            if around.strip("-#"):
                row.append(f"{name}{around}")
        rows.append(row)
    return rows


def _neighbouring_marks(text: str) -> tuple[list[str], list[str]]:
    """For every character: the last mark before it with the two characters behind that, and the next mark."""
    before, after = [], []
    opening = _BORDER
    for i, character in enumerate(text):
        before.append(opening)
        if character in _MARKS:
            opening = text[i : i + 3]
    closing = _BORDER
    for i in range(len(text) - 1, -1, -1):
        after.append(closing)
        if text[i] in _MARKS:
            # The two characters before a mark are where names show their head.
            closing = text[max(0, i - 2) : i + 1]
    return before, after[::-1]


def _sentences(documents: Iterable[Document]) -> Iterator[tuple[str, list[str]]]:
    """Sentences of the repaired reports with the gold tags of their characters."""
    lost = LossReport()
    for document in documents:
        made = prepared(document)
        tags = ["O"] * len(made.clean.text)
        for span in clean_spans(document, made, lost):
            if span is not None:
                tags[span.start : span.end] = [f"I-{span.label}"] * (span.end - span.start)
                tags[span.start] = f"B-{span.label}"
        for start, end in made.sentences:
            yield made.clean.text[start:end], tags[start:end]


def legal(tags: Sequence[str]) -> list[str]:
    """The tags with every inside that continues nothing made a beginning; the CRF may leave its training's paths."""
    repaired: list[str] = []
    for tag in tags:
        if tag.startswith("I-") and (not repaired or repaired[-1][2:] != tag[2:]):
            tag = f"B-{tag[2:]}"
        repaired.append(tag)
    return repaired


class CrfReader:
    """A trained CRF as a `training.baselines.reading.Reader`: spans without attributes.

    Args:
        documents: annotated reports to learn from.
        penalty: weight of the squared penalty on weights.
        passes: most passes of L-BFGS.
    """

    def __init__(
        self, documents: Iterable[Document], penalty: float = PENALTIES[1], passes: int = PASSES
    ) -> None:
        from sklearn_crfsuite import CRF

        self.penalty = penalty
        # A little L1 keeps the model small; L2 does the smoothing.
        self._crf = CRF(algorithm="lbfgs", c1=0.02, c2=penalty, max_iterations=passes)
        data = list(_sentences(documents))
        # Features are made as they are read: all at once they would fill gigabytes.
        self._crf.fit((features(text) for text, _ in data), (tags for _, tags in data))

    def __call__(self, documents: Sequence[Document]) -> list[Document]:
        return [self._read(document, prepared(document)) for document in documents]

    def _read(self, document: Document, made: Prepared) -> Document:
        spans = []
        for start, end in made.sentences:
            tags = self._crf.predict_single(features(made.clean.text[start:end]))
            spans += [Span(start + s, start + e, label) for s, e, label in spans_of(legal(tags))]
        return on_source(document, made, spans)


def tuned(
    train: Sequence[Document],
    development: Sequence[Document],
    penalties: Sequence[float] = PENALTIES,
    passes: int = PASSES,
) -> tuple[CrfReader, dict[float, float]]:
    """The CRF whose penalty reads the development reports best (micro F1), and every penalty's score."""
    scores: dict[float, float] = {}
    best: CrfReader | None = None
    for penalty in penalties:
        reader = CrfReader(train, penalty, passes)
        scores[penalty] = compare_all(development, reader(development)).micro.f1
        if best is None or scores[penalty] > scores[best.penalty]:
            best = reader
    if best is None:
        raise ValueError("name at least one penalty")
    return best, scores
