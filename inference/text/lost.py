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
_LEADS = range(0x81, 0xFF)
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
    lead, trail = pair
    return pairs(lead)[trail][0]


@cache
def pairs(lead: int) -> tuple[tuple[str, str, float], ...]:
    """What `lead` and each second byte make, shape (256,).

    Returns:
        Triples of the character, the same folded, and its log-likelihood where it does not follow
        (`BigramModel.alone`); empty where the two bytes stand for none.
    """
    known = [trail for trail in range(0x40, 0xFF) if trail != 0x7F] if lead in _LEADS else []
    text = b"".join(bytes((lead, trail)) for trail in known).decode("gb18030")
    alone = statistics.load().alone
    found = [("", "", 0.0)] * 256
    for trail, character, plain in zip(known, text, statistics.fold(text), strict=True):
        if not "\ue000" <= character <= "\uf8ff":
            found[trail] = character, plain, alone(plain)
    return tuple(found)


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
        text, plain, _ = pairs(lead)[trail]
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
    ids: np.ndarray  # as `trigrams` numbers them


@cache
def _columns(trail: int) -> _Columns:
    found = heads(trail)
    return _Columns(
        np.array([head.place for head in found], dtype=np.int64),
        np.array([head.prior for head in found]),
        np.array([head.script for head in found], dtype=np.int64),
        np.array([head.lead for head in found], dtype=np.int64),
        trigrams.load().ids([head.folded for head in found]),
    )


@lru_cache(maxsize=1 << 10)
def _fixed(trail: int, priors: tuple[float, float, float]) -> np.ndarray:
    """What speaks for each head of a second byte but for its neighbours; shape (their number,)."""
    columns = _columns(trail)
    return columns.priors + np.array(priors)[columns.scripts]


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
    bigrams = statistics.load()
    last, near = before[1], after[0]
    found, columns = heads(trail), _columns(trail)
    fixed = _fixed(trail, priors)
    places = columns.places
    paired = fixed + bigrams.ahead(last)[places] + bigrams.behind(near)[places]
    order = np.argsort(paired, kind="stable")[::-1]
    if known:
        order = order[np.isin(columns.leads[order], list(known))]
    likeliest = order[:WEIGHED]
    scores = trigrams.load().between(before, columns.ids[likeliest], after) + fixed[likeliest]
    best = int(np.argmax(scores))
    prior = next(
        head.prior for head in found if head.folded == shown and (not known or head.lead in known)
    )
    pair = bigrams.pair
    by_pairs = prior + pair(last, shown) + pair(shown, near) + pair(*after)
    return found[likeliest[best]].text, float(scores[best]) - by_pairs
