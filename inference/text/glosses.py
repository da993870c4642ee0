"""Readings printed in brackets behind a character: `項(xiàng)目` is `項目`.

Some sites convert simplified pages to traditional with a tool that appends its reading to a
character that has several forms. The tool works on bytes, so that its glosses also come broken: a
bracket is missing, a converter could not write the toned vowel (`xi?ng`), or the gloss was put
between the two bytes of another character and swallowed one (`請(qǐng)?jiān)谝`; what is left of
that character is for `desync` to mend, gloss and all).

A bracket is a gloss when it holds nothing but Mandarin syllables that carry a tone mark. Without
one (`會(hui)`, `會(hui4)`) it must follow a character that is not simplified, or be a particle's
neutral reading (`们(men)`), and be in small letters. Every other bracket stays: `(上海)`, `(km)`,
`類(A)`, `APP(ios)`, `年产(吨)`.
"""

from __future__ import annotations

import re

from inference.text.edits import Edit
from inference.text.readings import SYLLABLE, SYLLABLES, spelling
from inference.text.variants import is_traditional

_READINGS = rf"{SYLLABLE}(?:[、，,/;；·或\ \u3000]{{1,2}}{SYLLABLE}){{0,3}}"
_GLOSS = re.compile(
    rf"""[\ \u3000]?[(（\[［〔][\ \u3000]{{0,2}}(?P<closed>{_READINGS})[\ \u3000]{{0,2}}[)）\]］〕]
    | [(（](?P<unclosed>{SYLLABLE})(?=[\u4e00-\u9fff])
    | (?<=[\u4e00-\u9fff])(?P<unopened>{SYLLABLE})[)）]
    | (?<=[\u4e00-\u9fff])[(（](?P<unwritten>[a-z]{{0,4}}[?？\ufffd][a-z]{{0,3}})[)）]""",
    re.VERBOSE,
)
_SEPARATOR = re.compile(r"[、，,/;；·或\s]+")

_NEUTRAL = {
    "们": "men", "么": "me", "个": "ge", "着": "zhe", "吗": "ma", "过": "guo",
    "头": "tou", "里": "li", "边": "bian", "呢": "ne", "吧": "ba", "得": "de",
}  # fmt: skip


def _is_gloss(before: str, reading: str, form: str) -> bool:
    """Whether `reading` is one of the last character of `before`, the characters in front."""
    owner = before[-1]
    toned = True
    for written in _SEPARATOR.split(reading):
        plain, marked = spelling(written.rstrip("12345"))
        if plain not in SYLLABLES:
            return False
        toned = toned and marked
    if toned or form != "closed" or reading != reading.lower():  # `類(A)` is a class
        return toned
    if owner.isascii():  # the debris of a damaged character, as in `颤N(me)`
        return not before[0].isascii() and reading in _NEUTRAL.values()
    return is_traditional(owner) or _NEUTRAL.get(owner) == reading


def _is_unwritten(owner: str, reading: str) -> bool:
    """Whether some toned vowel in place of the lost character makes a syllable."""
    if len(reading) == 1 or not is_traditional(owner):
        return False
    head, tail = re.split("[?？\ufffd]", reading)
    return any(head + vowel + tail in SYLLABLES for vowel in "aeiouü")


def find(text: str) -> list[Edit]:
    """The step: each gloss goes into the character it explains, which stays.

    The edit's span is the character and its gloss, so that a span that touches the character
    holds the gloss too.
    """
    edits: list[Edit] = []
    for match in _GLOSS.finditer(text):
        start = match.start()
        follows = bool(edits) and edits[-1].end == start  # a second gloss of one character
        owner = edits[-1].after if follows else text[start - 1 : start]
        if not owner or owner.isspace():
            continue
        form = match.lastgroup or "closed"
        if form == "unwritten":
            accepted = _is_unwritten(owner, match[form])
        else:
            accepted = _is_gloss(text[max(0, start - 2) : start - 1] + owner, match[form], form)
        if accepted:
            first = edits.pop().start if follows else start - 1
            edits.append(Edit(first, match.end(), owner, "gloss"))
    return edits
