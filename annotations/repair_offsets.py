"""Offsets that another tool counted in its own way: which way, and the same places in code points.

Tools disagree on what they count (JavaScript counts UTF-16 code units, some count bytes) and on the text
they count in (line breaks changed, blanks stripped). Where spans come with the words they quote, every way
of counting is tried on the whole report: one is taken only if all its spans then quote exactly those words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import product

from annotations.errors import DataError
from annotations.notices import notice


@dataclass(frozen=True, slots=True)
class Quote:
    """A span as another tool gives it: ``[start, end)`` in its own counting, and the words it covers.

    ``text`` is None where the tool quotes nothing.
    """

    start: int
    end: int
    text: str | None = None


# What a tool may count in: (code point, where it starts in the raw text) for every character that it saw.
_Seen = list[tuple[str, int]]


def _as_it_stands(text: str) -> _Seen:
    return [(character, i) for i, character in enumerate(text)]


def _lf(text: str) -> _Seen:
    seen: _Seen = []
    for i, character in enumerate(text):
        if character != "\n" or text[i - 1 : i] != "\r":
            seen.append((character, i))
        else:
            # The pair was seen as one LF, from where the CR stands.
            seen[-1] = ("\n", i - 1)
    return seen


def _crlf(text: str) -> _Seen:
    seen: _Seen = []
    for i, character in enumerate(text):
        if character == "\n" and text[i - 1 : i] != "\r":
            seen.append(("\r", i))
        seen.append((character, i))
    return seen


def _stripped(text: str) -> _Seen:
    start = len(text) - len(text.lstrip("\ufeff \t\r\n\u3000\xa0"))
    return [(character, i) for i, character in enumerate(text) if i >= start]


def _with_mark(text: str) -> _Seen:
    return [("\ufeff", 0), *_as_it_stands(text)]


_TEXTS: dict[str, Callable[[str], _Seen]] = {
    "": _as_it_stands,
    "line breaks as LF": _lf,
    "line breaks as CRLF": _crlf,
    "leading blanks stripped": _stripped,
    "a byte order mark in front": _with_mark,
}
_UNITS: dict[str, Callable[[str], int]] = {
    "code points": lambda character: 1,
    "UTF-16 code units": lambda character: 1 + (character > "\uffff"),
    "UTF-8 bytes": lambda character: len(character.encode()),
    "GB18030 bytes": lambda character: len(character.encode("gb18030")),
}
#: Ways of counting, by name, the usual ones first.
COUNTINGS = {
    f"{unit}, {seen}" if seen else unit: (seen, unit) for seen, unit in product(_TEXTS, _UNITS)
}


def _boundaries(text: str, counting: str) -> dict[int, int]:
    """Offset in ``counting`` → offset in ``text``, for every boundary between characters."""
    seen, unit = COUNTINGS[counting]
    found, at = {}, 0
    for character, place in _TEXTS[seen](text):
        found[at] = place
        at += _UNITS[unit](character)
    found[at] = len(text)
    return found


def _same(one: str, other: str) -> bool:
    """Whether two quotes are the same words; tools change line breaks and blanks when they quote."""
    return one == other or re.sub(r"\s+", " ", one) == re.sub(r"\s+", " ", other)


def _places(
    text: str, quotes: Sequence[Quote], boundaries: dict[int, int]
) -> list[tuple[int, int] | None]:
    """Each quote's ``[start, end)`` in ``text``, None where it does not stand there."""
    places: list[tuple[int, int] | None] = []
    for quote in quotes:
        place = boundaries.get(quote.start, -1), boundaries.get(quote.end, -1)
        fits = 0 <= place[0] < place[1] and (
            quote.text is None or _same(text[slice(*place)], quote.text)
        )
        places.append(place if fits else None)
    return places


def _countings(quotes: Sequence[Quote]) -> list[str]:
    """Without words to compare, nothing speaks against offsets as they stand."""
    quoted = any(quote.text is not None for quote in quotes)
    return list(COUNTINGS) if quoted else ["code points"]


def diagnose(text: str, quotes: Sequence[Quote]) -> dict[str, list[tuple[int, int]]]:
    """The countings under which every quote stands where it should: name → places in code points.

    Countings that give the same places are one entry, under the more usual name; if the offsets are
    right as they stand, that is the only entry.
    """
    found: dict[str, list[tuple[int, int]]] = {}
    for counting in _countings(quotes):
        places = _places(text, quotes, _boundaries(text, counting))
        exact = [place for place in places if place is not None]
        if len(exact) == len(places) and exact not in found.values():
            found[counting] = exact
            if counting == "code points":
                break
    return found


def recognise(
    text: str, quotes: Iterable[Quote], where: str = ""
) -> tuple[str, list[tuple[int, int]]]:
    """How another tool counts, and the places of its spans in code points of ``text``.

    Args:
        text: the report's raw text.
        quotes: all spans of the report.
        where: file and report, for the error.

    Returns:
        The name of the counting (of `COUNTINGS`), and a ``[start, end)`` for each quote.

    Raises:
        DataError: when no counting makes all quotes exact, naming the first quote that is wrong under
            the counting that comes nearest, or when several fit and disagree.
    """
    quotes = list(quotes)
    found = diagnose(text, quotes)
    if len(found) == 1:
        return next(iter(found.items()))
    if found:
        raise DataError(
            f"the spans fit as {' and as '.join(found)}, in different places;"
            " export again with offsets in code points",
            where,
        )
    tries = {name: _places(text, quotes, _boundaries(text, name)) for name in _countings(quotes)}
    nearest = min(tries, key=lambda name: tries[name].count(None))
    wrong = tries[nearest].index(None)
    quote = quotes[wrong]
    if quote.text is None:
        reason = f"lies outside the text of {len(text)} characters or is empty"
    else:
        reason = f"quotes {quote.text!r}, but {text[quote.start : quote.end]!r} stands there"
    raise DataError(
        f"span {wrong} [{quote.start}, {quote.end}) {reason}; no known way of counting makes all"
        f" {len(quotes)} spans exact ({nearest}: {len(quotes) - tries[nearest].count(None)} are);"
        " export again together with the text that was annotated",
        where,
    )


def convert(text: str, quotes: Iterable[Quote], where: str = "") -> list[tuple[int, int]]:
    """The places that `recognise` finds; offsets that were not in code points are told on standard error.

    Raises:
        DataError: as `recognise`.
    """
    quotes = list(quotes)
    counting, places = recognise(text, quotes, where)
    if counting != "code points":
        notice(f"offsets counted in {counting}; converted", where)
    return places


def distrust(text: str, places: Iterable[tuple[int, int]], where: str = "") -> None:
    """Judge places of spans that quote no words, in a text that tools count in different ways.

    Offsets may be shifted without leaving the text; told on standard error. A text of plain characters and line
    feeds is counted alike by all, and passes in silence.

    Args:
        text: the report's raw text.
        places: ``[start, end)`` of the spans, as code points.
        where: file and report.

    Raises:
        DataError: when a span begins or ends with a blank, as shifted ones do.
    """
    reasons = []
    if any(character > "\uffff" for character in text):
        reasons.append("characters that count as two in UTF-16")
    if "\r\n" in text:
        reasons.append("line breaks as CRLF")
    places = list(places)
    if not reasons or not places:
        return
    reason = " and ".join(reasons)
    for number, (start, end) in enumerate(places):
        words = text[start:end]
        if words != words.strip():
            raise DataError(
                f"span {number} [{start}, {end}) {words!r} has a blank edge, and the text has {reason}: offsets were"
                " probably counted in another way; export again in code points, or with the words of the spans",
                where,
            )
    notice(
        f"the text has {reason}, and the spans quote no words: offsets are taken as code points; look whether they"
        " stand where they should",
        where,
    )
