"""Mandarin syllables, how they are written, and which characters they are readings of."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from functools import cache, lru_cache
from importlib import resources

_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿế\u0300\u0301\u0304\u0306\u030c"
_LETTER = f"a-züêɑɡ\u0308{_TONED}"
_CAPITAL = f"A-ZÜÊ{_TONED[:24].upper()}"
SYLLABLE = rf"[{_LETTER}{_CAPITAL}][{_LETTER}]{{0,8}}[1-5]?"
"""Regular expression of what may be a written syllable; `spelling` tells whether it is one."""
TONED_SYLLABLE = rf"(?=[a-züêɑɡ]{{0,5}}[{_TONED}])[{_LETTER}]{{1,9}}"
"""The same in small letters, with a tone mark."""

# initials by the finals they take: the table of Hanyu Pinyin, y and w spellings included
_FINALS = {
    "a ai an ang ao e ei en eng er o ou": " ",
    "a ai an ang ao": "b p m f d t n l g k h zh ch sh z c s y w r",
    "e": "m d t n l g k h zh ch sh r z c s y",
    "ei": "b p m f d t n l g k h zh sh z w",
    "en eng": "b p m f d n g k h zh ch sh r z c s w l t",
    "o": "b p m f w y l",
    "ou": "p m f d t n l g k h zh ch sh r z c s y",
    "ong": "d t n l g k h zh ch r z c s y",
    "i": "b p m d t n l j q x zh ch sh r z c s y",
    "ia iang iong iu ian iao ie in ing": "b p m d t n l j q x",
    "in ing": "y",
    "u": "b p m f d t n l g k h zh ch sh r z c s j q x y w",
    "ua uai uan uang ui un uo": "d t n l g k h zh ch sh r z c s",
    "uan ue un": "j q x y",
    "ü üe ue v ve": "n l",
    "m n ng hm hng": " ",
}
SYLLABLES = frozenset(
    initial + final
    for finals, initials in _FINALS.items()
    for final in finals.split()
    for initial in (initials.split() or [""])
)
"""Toneless spellings of Mandarin syllables; wider than the language by some gaps of its table."""

_TONE_MARKS = dict.fromkeys(map(ord, "\u0300\u0301\u0304\u0306\u030c"))


@lru_cache(maxsize=4096)
def spelling(written: str) -> tuple[str, bool]:
    """A written syllable without tones, in small letters, and whether it bears a tone mark."""
    letters = unicodedata.normalize("NFD", written.lower().replace("ɑ", "a").replace("ɡ", "g"))
    plain = letters.translate(_TONE_MARKS)
    return unicodedata.normalize("NFC", plain), plain != letters


@cache
def readings() -> dict[str, str]:
    """Traditional characters and the most common reading of each (see `build_readings`)."""
    table = (resources.files("inference.text") / "readings.tsv").read_text(encoding="utf-8")
    return dict(line.split("\t") for line in table.splitlines())


@cache
def _by_reading() -> dict[str, str]:
    characters: defaultdict[str, str] = defaultdict(str)
    for character, reading in readings().items():
        characters[spelling(reading)[0]] += character
    return dict(characters)


def characters_read(reading: str) -> str:
    """The traditional characters read so, whatever the tone."""
    return _by_reading().get(spelling(reading)[0], "")
