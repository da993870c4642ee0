"""The ways to read a run one byte off, followed side by side: the search that `desync` decides by.

A run begins behind the mark of a lost byte. Its first character may be any that ends in the right
byte; each further character follows from the bytes, but for the few that may be read two ways
(`_units`). What is known after some characters is a `State`; the readings that lag behind are
given up. States are remembered by what led to them, so that damage met again is not read again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from inference.text import statistics
from inference.text.lost import encode, heads, pairs
from inference.text.readings import characters_read

PATIENCE = 14.0
"""Nats by which an unfinished reading may fall behind the damaged text before it is given up."""
BEAM = 12
"""Readings followed side by side."""
HALVES = 4
"""Characters tried for one of which only the first byte is left."""
GUESSED = -4.0
"""Log-prior of a character of which only the first byte is left."""
DROPPED = -2.0
"""Log-prior of a punctuation mark dropped behind the lost byte."""
REMEMBERED = 1 << 12
"""States remembered, up to 3 kB each."""

_TRAILS = tuple(range(0x40, 0xFF))
# frames and other symbols with a second byte below 80 stand in pages on purpose
_SYMBOLS = range(0x2000, 0x3400)
# second bytes of the marks that a lost `。` (A1A3) makes with the character behind it, `，` (A3AC)
# and `！` (A3A1), and that later tools drop beside the `?`
_DROPPED = (0xAC, 0xA1)


# One way to read a run so far: its text; the last character, folded; the log-likelihood of the text
# after what stands before the run; the first byte of the next character, 0 when the reading is back
# in step. A plain tuple, for there are many and the garbage collector passes by those.
_Reading = tuple[str, str, float, int]


class State:
    """What is known of a run after some of its characters; one state is equal to itself alone.

    Attributes:
        unfinished: the readings that are still out of step, at most `BEAM` with the ended.
        ended: those that are back in step.
        as_is: log-likelihood of the damaged text, from the mark to here.
        inside: the last damaged character, folded.
    """

    __slots__ = ("as_is", "ended", "inside", "unfinished")

    def __init__(self, readings: Iterable[_Reading], as_is: float, inside: str) -> None:
        self.unfinished: list[_Reading] = []
        self.ended: list[_Reading] = []
        for reading in readings:
            (self.unfinished if reading[3] else self.ended).append(reading)
        self.as_is = as_is
        self.inside = inside


class Ended(NamedTuple):
    """The likeliest reading of a whole run."""

    gain: float  # nats by which it is likelier than the damaged text
    text: str
    first: str  # its first character, folded
    trail: int  # the second byte of that character
    behind: str  # up to two characters behind it, folded


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


@cache
def ends(damaged: str) -> frozenset[int]:
    """The bytes that may end a pair in a damaged character."""
    return frozenset(trail for trail, _, _ in _units(damaged))


class _Starts(NamedTuple):
    """Ways to read a run's first character, and their scores but for what stands before."""

    starts: tuple[tuple[int, str, str], ...]  # lost byte, 0 for a mark; text; its end, folded
    pending: tuple[int, ...]
    firsts: np.ndarray  # places in the vocabulary of the first characters of the texts
    priors: np.ndarray
    rests: np.ndarray  # log-likelihoods of what stands behind these characters in the texts


@cache
def _under_every_lead(trail: int, letter: str) -> _Starts:
    """A character whose second byte is `trail`, and the letter it swallowed if any; none pending."""
    model = statistics.load()
    found = heads(trail)
    plain = statistics.fold(letter)
    return _Starts(
        tuple((head.lead, head.text + letter, plain or head.folded) for head in found),
        (0,) * len(found),
        np.array([head.place for head in found], dtype=np.int64),
        np.array([head.prior for head in found]),
        np.array([model.pair(head.folded, plain) if letter else 0.0 for head in found]),
    )


@cache
def _starts(damaged: str) -> _Starts:
    """Every lead byte tried, and a mark dropped."""
    model = statistics.load()
    units = _units(damaged)
    if ord(damaged) in _SYMBOLS:
        units = units[:1]
    parts = [
        _under_every_lead(trail, letter)._replace(pending=(pending,) * len(heads(trail)))
        for trail, pending, letter in units
    ]
    stops, pendings, rests = [], [], []
    for lead in _DROPPED:
        for trail, pending, letter in units:
            character, plain, _ = pairs(lead)[trail]
            if character:
                end = statistics.fold(letter)
                stops.append((0, "。" + character + letter, end or plain))
                pendings.append(pending)
                rests.append(model.pair("。", plain) + (model.pair(plain, end) if end else 0.0))
    firsts = np.full(len(stops), model.place("。"), dtype=np.int64)
    priors = np.full(len(stops), DROPPED)
    parts.append(_Starts(tuple(stops), tuple(pendings), firsts, priors, np.array(rests)))
    starts, pending, *columns = zip(*parts, strict=True)
    return _Starts(sum(starts, ()), sum(pending, ()), *map(np.concatenate, columns))


def _first(damaged: str, before: str, known: frozenset[int]) -> list[_Reading]:
    """The `BEAM` likeliest readings of a run's first character, the likeliest first."""
    starts, pendings, firsts, priors, rests = _starts(damaged)
    scores = priors + statistics.load().ahead(before)[firsts] + rests
    alive: dict[tuple[str, int], _Reading] = {}
    for place in np.argsort(-scores, kind="stable").tolist():
        (lead, text, last), pending = starts[place], pendings[place]
        if (last, pending) not in alive and (not known or lead in known):
            alive[last, pending] = text, last, float(scores[place]), pending
            if len(alive) == BEAM:
                break
    return list(alive.values())


@lru_cache(maxsize=REMEMBERED)
def begin(
    before: str, gloss: int, known: frozenset[int], damaged: str, inside: str
) -> State | None:
    """The state behind a run's first character.

    Args:
        before: the folded character in front of the mark.
        gloss: letters of the misplaced gloss between mark and run, 0 for none.
        known: lead bytes that the gloss names, the only ones tried; empty for none.
        damaged: the character behind the mark.
        inside: the same, folded.

    Returns:
        None where no character ends or begins in it.
    """
    if not _units(damaged):
        return None
    pair = statistics.load().pair
    as_is = pair(before, "?") + gloss * pair("a", "a") + pair("a" if gloss else "?", inside)
    floor = as_is - PATIENCE
    readings = [reading for reading in _first(damaged, before, known) if reading[2] > floor]
    return State(readings, as_is, inside)


def extend(state: State, damaged: str, inside: str) -> State | None:
    """The state one damaged character on, `inside` being the same folded.

    None where no character ends or begins in it. A letter that a character swallowed stands
    behind that.
    """
    # one reading alone is soon followed, and long runs would push the others out
    step = _step if len(state.unfinished) == 1 else _remembered_step
    return step(state, damaged, inside)


def _step(state: State, damaged: str, inside: str) -> State | None:
    units = _units(damaged)
    if not units:
        return None
    model = statistics.load()
    as_is = state.as_is + model.pair(state.inside, inside)
    floor = as_is - PATIENCE
    alive: dict[tuple[str, int], _Reading] = {}
    for text, last, before, lead in state.unfinished:
        row, known = model.row(last), pairs(lead)
        for trail, pending, tail in units:
            character, plain, alone = known[trail]
            if not character:
                continue
            score = before + row.get(plain, alone)
            if tail:
                letter = statistics.fold(tail)
                score += model.pair(plain, letter)
                character, plain = character + tail, letter
            if score > floor:
                _keep(alive, text + character, plain, score, pending)
    return State(_best(alive), as_is, inside)


_remembered_step = lru_cache(maxsize=REMEMBERED)(_step)


def _keep(
    alive: dict[tuple[str, int], _Reading], text: str, last: str, score: float, pending: int
) -> None:
    """Take a reading among those alive.

    Of those that end alike only the likeliest is kept: what follows adds the same to each.
    """
    key = last, pending
    if key not in alive or alive[key][2] < score:
        alive[key] = text, last, score, pending


def _best(alive: dict[tuple[str, int], _Reading]) -> Iterable[_Reading]:
    """The `BEAM` likeliest of the readings alive."""
    if len(alive) <= BEAM:
        return alive.values()
    return sorted(alive.values(), key=itemgetter(2), reverse=True)[:BEAM]


@lru_cache(maxsize=REMEMBERED)
def end_lost(state: State, reading: str) -> State:
    """The state behind a mark inside the run: a character of which only the first byte is left.

    A run that meets an ASCII mark while out of step loses a second byte there. Behind a gloss the
    character is one that is read so; otherwise it is whichever fits best.

    Args:
        state: the state before the mark.
        reading: the misplaced gloss behind the mark, empty for none.
    """
    as_is = state.as_is + statistics.load().pair(state.inside, "?")
    floor = as_is - PATIENCE
    prior = 0.0 if reading else GUESSED
    alive: dict[tuple[str, int], _Reading] = {}
    for text, last, before, lead in state.unfinished:
        if before + prior > floor:
            for character, plain, likelihood in _halves(lead, last, reading):
                score = before + prior + likelihood
                if score > floor:
                    _keep(alive, text + character, plain, score, 0)
    return State(_best(alive), as_is, "?")


@lru_cache(maxsize=REMEMBERED)
def _halves(lead: int, last: str, reading: str) -> tuple[tuple[str, str, float], ...]:
    """The likeliest characters that begin with `lead` and stand behind `last`.

    Returns:
        Triples of the character, the same folded, and its log-likelihood.
    """
    places, known = _known_halves(lead, reading)
    scores = statistics.load().ahead(last)[places]
    likeliest = np.argsort(-scores, kind="stable")[:HALVES].tolist()
    return tuple((*known[place], float(scores[place])) for place in likeliest)


@lru_cache(maxsize=REMEMBERED)
def _known_halves(lead: int, reading: str) -> tuple[np.ndarray, tuple[tuple[str, str], ...]]:
    """The characters that begin with `lead`, of a reading if it is not empty.

    Returns:
        Their places in the vocabulary; and each, and folded.
    """
    model = statistics.load()
    trails = _read_trails(lead, reading) if reading else _TRAILS
    found = [pairs(lead)[trail][:2] for trail in trails]
    known = tuple(pair for pair in found if pair[0] and model.knows(pair[1]))
    return np.array([model.place(plain) for _, plain in known], np.int64), known


def _read_trails(lead: int, reading: str) -> Iterator[int]:
    """The second bytes of the characters of a reading that begin with `lead`."""
    encoded = (encode(character) for character in characters_read(reading))
    return (pair[1] for pair in encoded if pair and pair[0] == lead)


@lru_cache(maxsize=REMEMBERED)
def finish(state: State, after: str) -> Ended:
    """The likeliest of the ended readings, of which there is one, before the folded `after`."""
    pair = statistics.load().pair
    as_is = pair(state.inside, after)
    gains = [score + pair(last, after) - state.as_is - as_is for _, last, score, _ in state.ended]
    gain = max(gains)
    text = state.ended[gains.index(gain)][0]
    behind = statistics.fold(text[1:3])
    return Ended(gain, text, statistics.fold(text[0]), encode(text[0])[1], behind)
