"""Which character lost its first byte: those of a second byte, and which of them fits best.

The second byte leaves up to 126 characters, one a lead byte. They are weighed by what stands
before and behind them, by threes (`trigrams`); by how often their lead byte is lost; and by the
script of the text, for a traditional page holds no 联 where it may hold 聯.
"""

from __future__ import annotations

import math
import re
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np

from inference.text import statistics, trigrams
from inference.text.edits import codes
from inference.text.variants import simplified_forms

RARE_LOST = -6.0
"""Log-prior of a lost byte other than that of a mark: A1 begins full stops and quotation marks."""
WEIGHED = 12
"""Characters, the likeliest by pairs, that are weighed by threes; more find hardly more."""

_MARKS = range(0xA1, 0xC0)
"""Second bytes of the marks behind A1; above them are signs (×, ◆, ↓)."""
_LEADS = tuple(range(0x81, 0xFF))
# full-width digits and letters are rare in reports but look like common half-width ones
_WIDE_WORD = re.compile("[０-９Ａ-Ｚａ-ｚ]")


@cache
def encode(character: str) -> bytes:
    """The two GBK bytes of a character, or nothing."""
    try:
        encoded = character.encode("gb18030")
    except UnicodeEncodeError:
        return b""
    return encoded if len(encoded) == 2 else b""


@cache
def decode(pair: bytes) -> str:
    """The character of two GBK bytes, or nothing where they stand for none."""
    try:
        character = pair.decode("gb18030")
    except UnicodeDecodeError:
        return ""
    return character if len(character) == 1 and not "\ue000" <= character <= "\uf8ff" else ""


@cache
def folded(lead: int, trail: int) -> tuple[str, str]:
    """The character of two bytes, and folded; empty where they stand for none."""
    character = decode(bytes((lead, trail)))
    return character, statistics.fold(character)


class Head(NamedTuple):
    """A character that may have lost its first byte."""

    lead: int
    text: str
    folded: str
    prior: float  # log-prior of the loss of its first byte
    script: int  # 1 for characters of traditional text alone, 2 simplified, 0 both or no Chinese
    place: int  # in the vocabulary of pairs


@cache
def heads(trail: int) -> tuple[Head, ...]:
    """The known characters whose second byte is `trail`."""
    found = []
    model = statistics.load()
    for lead in _LEADS:
        text, plain = folded(lead, trail)
        if model.knows(plain) and not _WIDE_WORD.match(text):
            prior = 0.0 if lead == 0xA1 and trail in _MARKS else RARE_LOST
            found.append(Head(lead, text, plain, prior, _script(text), model.place(plain)))
    return tuple(found)


class _Columns(NamedTuple):
    """Of the heads of one second byte, shape (their number,) each."""

    places: np.ndarray
    priors: np.ndarray
    scripts: np.ndarray
    leads: np.ndarray


@cache
def _columns(trail: int) -> _Columns:
    found = heads(trail)
    return _Columns(
        np.array([head.place for head in found], dtype=np.int64),
        np.array([head.prior for head in found]),
        np.array([head.script for head in found], dtype=np.int64),
        np.array([head.lead for head in found], dtype=np.int64),
    )


def _script(character: str) -> int:
    if character in simplified_forms():
        return 1
    chinese = "\u4e00" <= character <= "\u9fff"
    return 2 if chinese and not character.encode("big5", "ignore") else 0


@cache
def _scripts() -> np.ndarray:
    """`Head.script` by code point, of the characters that count; shape (65536,), 8 bits."""
    table = np.zeros(0x10000, dtype=np.uint8)
    known = map(ord, filter(statistics.load().knows, map(chr, range(0x4E00, 0xA000))))
    table[[code for code in known if _script(chr(code)) == 2]] = 2
    # rare ones stand in damage
    forms = simplified_forms().items()
    table[[ord(old) for old, new in forms if len(new) == 1 and table[ord(new) & 0xFFFF] == 2]] = 1
    return table


def script_priors(text: str) -> tuple[float, float, float]:
    """Log-priors of a character of `text`, by `Head.script`; those of its own script cost little."""
    points = codes(text)
    counts = np.bincount(_scripts()[points[points <= 0xFFFF]], minlength=3)
    traditional, simplified = int(counts[1]), int(counts[2])
    total = traditional + simplified + 1
    return 0.0, math.log((traditional + 0.5) / total), math.log((simplified + 0.5) / total)


@lru_cache(maxsize=1 << 14)
def choose(
    trail: int,
    known: frozenset[int],
    shown: str,
    before: str,
    after: str,
    priors: tuple[float, float, float],
) -> tuple[str, float]:
    """The likeliest character whose second byte is `trail`: of the likeliest by pairs, by threes.

    Args:
        trail: the second byte.
        known: lead bytes that a misplaced gloss names, the only ones tried; empty for none.
        shown: the character, folded, that pairs chose.
        before, after: two folded characters each.
        priors: what `script_priors` gives for the text.

    Returns:
        The character; and by how many nats it is likelier than `shown` is by pairs.
    """
    pairs, model = statistics.load(), trigrams.load()
    last, near = before[1], after[0]
    found, columns = heads(trail), _columns(trail)
    fixed = columns.priors + np.array(priors)[columns.scripts]
    places = columns.places
    paired = fixed + pairs.ahead(last)[places] + pairs.behind(near)[places]
    order = np.argsort(paired, kind="stable")[::-1]
    if known:
        order = order[np.isin(columns.leads[order], list(known))]
    likeliest = order[:WEIGHED]
    characters = model.ids(found[place].folded for place in likeliest.tolist())
    scores = model.between(before, characters, after) + fixed[likeliest]
    best = int(np.argmax(scores))
    prior = next(
        head.prior for head in found if head.folded == shown and (not known or head.lead in known)
    )
    pair = pairs.pair
    by_pairs = prior + pair(last, shown) + pair(shown, near) + pair(*after)
    return found[likeliest[best]].text, float(scores[best]) - by_pairs
