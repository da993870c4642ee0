"""Damage done on purpose, the way it arises on pages: for tests and as training augmentation.

Every kind takes clean text and gives damaged text with its true map. The map has the orientation
of `Clean.offsets`: its target is the clean text, its source the damaged one, so that `to_source`
tells where an annotated span now stands, and repair that gives the text back gives the same map.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from functools import cache

import opencc

from inference.text import lost
from inference.text.edits import Edit
from inference.text.offsets import OffsetMap
from inference.text.readings import SYLLABLE, readings, spelling
from inference.text.variants import simplify

_HANZI = r"\u4e00-\u9fff"


def spoil(text: str, edits: list[Edit]) -> tuple[str, OffsetMap]:
    """Carry out edits that may also insert (`start == end`); the text and the way back to it.

    Returns:
        The damaged text and the map whose target is `text` and whose source is the damaged text.
    """
    pieces = []
    inverse = []
    position = length = 0
    for start, end, after, _ in edits:
        length += start - position
        if after:
            inverse.append((length, length + len(after), end - start))
        pieces += [text[position:start], after]
        length += len(after)
        position = end
    pieces.append(text[position:])
    damaged = "".join(pieces)
    return damaged, OffsetMap.from_edits(len(damaged), inverse)


_SCRIPTS = ("s2t", "s2t", "s2tw", "s2hk")
"""Tables of OpenCC: pages of the mainland's converters, of Taiwan and of Hong Kong."""


@cache
def _converter(name: str) -> opencc.OpenCC:
    return opencc.OpenCC(name)


def _to_traditional(text: str, name: str) -> str:
    """`text` in traditional characters, by the table `name` of OpenCC.

    Left out, for repair could not give the text back: characters whose traditional form is read
    back as another one where they stand (they stay simplified); a text that the table would change
    in length, or in which after three rounds some character still does not come back (it stays
    simplified as a whole). Words are kept: no table of regional words (`…p`) is used.
    """
    converted = _converter(name).convert(text)
    if len(converted) != len(text):
        return text
    for _ in range(3):
        back = simplify(converted)
        if back == text:
            return converted
        triples = zip(text, converted, back, strict=True)
        converted = "".join(old if old != again else new for old, new, again in triples)
    return text


def _converted(text: str, name: str) -> list[Edit]:
    converted = _to_traditional(text, name)
    return [
        Edit(place, place + 1, new, "traditional")
        for place, (old, new) in enumerate(zip(text, converted, strict=True))
        if old != new
    ]


def _traditional_edits(text: str, rng: random.Random, rate: float) -> list[Edit]:
    """Traditional characters, as the mainland, Taiwan or Hong Kong writes them."""
    return _converted(text, rng.choice(_SCRIPTS))


def _mainland_edits(text: str, rng: random.Random, rate: float) -> list[Edit]:
    """Traditional characters as the sites that add glosses, and lose bytes, convert them."""
    return _converted(text, "s2t")


_GLOSS_FORMS = (
    *["whole"] * 8, "unclosed", "unopened", "toneless", "several", "unwritten", "capital",
)  # fmt: skip
_TONES = ("āáǎà", "ēéěè", "īíǐì", "ōóǒò", "ūúǔù", "ǖǘǚǜ")
_TONED = re.compile(f"[{''.join(_TONES)}]")
_UNWRITTEN = re.compile(r"[a-z]{0,4}\?[a-z]{0,3}")


def _gloss(character: str, rng: random.Random) -> str:
    left, right = rng.choice(("()", "()", "()", "（）"))
    return f"{left}{readings()[character]}{right}"


def _any_gloss(character: str, following: str, rng: random.Random) -> str:
    """A gloss in one of the forms that pages show and repair undoes.

    Without a bracket it needs its tone, and a Chinese character behind it when the second one is
    missing; otherwise the gloss is whole. Two readings are the right one and another tone of it.
    """
    reading = readings()[character]
    toned = _TONED.search(reading)
    form = rng.choice(_GLOSS_FORMS)
    if not toned:
        return _gloss(character, rng)
    if form == "unclosed" and "\u4e00" <= following <= "\u9fff":
        return f"({reading}"
    if form == "unopened":
        return f"{reading})"
    if form == "toneless":
        return f"({spelling(reading)[0]}{rng.choice(('', '', '1', '4'))})"
    if form == "several":
        vowels = next(vowels for vowels in _TONES if toned[0] in vowels)
        other = reading.replace(toned[0], rng.choice(vowels))
        return f"({reading}{rng.choice(('、', ',', '/', ' '))}{other})"
    if form == "unwritten":
        written = reading.replace(toned[0], "?")
        if len(written) > 1 and _UNWRITTEN.fullmatch(written):
            return f"({written})"
    if form == "capital":
        return f"({reading.capitalize()})"
    return _gloss(character, rng)


def _gloss_edits(text: str, rng: random.Random, rate: float) -> list[Edit]:
    """Behind a traditional character its reading, in brackets or what is left of them."""
    return [
        Edit(
            place,
            place + 1,
            character + _any_gloss(character, text[place + 1 : place + 2], rng),
            "gloss",
        )
        for place, character in enumerate(text)
        if character in readings() and rng.random() < rate
    ]


_UNOPENED = re.compile(rf"{SYLLABLE}[)）]")


def _off_by_one(text: str, start: int) -> tuple[int, str] | None:
    """Lose the first byte of `text[start]` and read on until an ASCII byte brings the step back.

    Left out, so that the text alone tells what was lost: runs that meet an ASCII digit, an ASCII
    mark, a line break or the end (there a second byte is lost), a character that GBK does not
    write in two bytes, a byte 80 or what reads as one character of four bytes, and runs that would
    swallow a letter of a gloss without its first bracket.

    Returns:
        Where the run ends and what it reads; None where the run is left out.
    """
    data = b""
    for place in range(start, len(text)):
        character = text[place]
        if place > start and character.isascii() and character.isalpha():
            if _UNOPENED.match(text, place):
                return None
            data += character.encode()  # swallowed: it reads as the second byte of a pair
            break
        encoded = lost.encode(character)
        if not encoded:
            return None
        data += encoded
        if encoded[1] < 0x80:
            break
    else:
        return None
    try:
        read = data[1:].decode("gb18030")
    except UnicodeDecodeError:
        return None
    # a byte 80 or a four-byte sequence reads differently: no exact damage
    return (place + 1, read) if len(read) == len(data) // 2 else None


def _loses(text: str, rng: random.Random, rate: float, places: list[int]) -> list[Edit]:
    """Runs read one byte off that begin at some of `places`; one at least, where one can."""
    edits: list[Edit] = []
    rng.shuffle(places)
    taken: list[tuple[int, int]] = []
    for place in places:
        if taken and rng.random() >= rate:
            continue
        run = _off_by_one(text, place)
        if run is None or any(place <= high and low <= run[0] for low, high in taken):
            continue
        end, read = run
        taken.append((place, end))
        edits.append(Edit(place, end, read, "desync"))
    return sorted(edits)


_NARROWED = str.maketrans({code + 0xFEE0: chr(code) for code in range(0x21, 0x7F)})


def _mark_edits(text: str, rng: random.Random, rate: float) -> list[Edit]:
    """The byte A1 lost: the first one of full stops, quotation marks, book-title marks."""
    places = [i for i, character in enumerate(text) if lost.encode(character)[:1] == b"\xa1"]
    edits = []
    for start, end, read, kind in _loses(text, rng, rate, places):
        # pages narrow full-width characters later, and some lose a comma beside a question mark
        if rng.random() < 0.7:
            read = read.translate(_NARROWED)
            if text[start] == "。" and read[0] == "," and rng.random() < 0.3:
                read = read[1:]
        edits.append(Edit(start, end, "?" + read, kind))
    return edits


def _lead_edits(text: str, rng: random.Random, rate: float) -> list[Edit]:
    """The first byte of any character lost."""
    places = [i for i, character in enumerate(text) if "\u4e00" <= character <= "\u9fff"]
    return [
        Edit(start, end, "?" + read, kind)
        for start, end, read, kind in _loses(text, rng, rate, places)
    ]


def _misplaced_edits(text: str, rng: random.Random, rate: float) -> list[Edit]:
    """A gloss set between the two bytes of a character, because the bytes about it match.

    The glossing tool finds a glossed character's two bytes across two characters (88D4 is 堅, and
    stands in 請在, D588 D4DA), and puts the reading behind them: D5 88 D4 ( j i ā n ) DA.
    The lost half and the bracket read as one `?`.
    """
    misread: dict[int, str] = {}
    for place in range(1, len(text)):
        pair = lost.encode(text[place - 1])[1:] + lost.encode(text[place])[:1]
        character = lost.decode(pair) if len(pair) == 2 else ""
        if character in readings():
            misread[place] = readings()[character]
    edits = []
    for start, end, read, kind in _loses(text, rng, rate, list(misread)):
        last = end - 1
        inner = [i for i in range(start + 1, last) if text[i] in readings()]
        if inner and rng.random() < 0.3:
            # a gloss inside the run takes the other half of its character and ends the run
            last = inner[0]
            read = f"{read[: last - start]}?{readings()[text[last]]})"
        elif text[last] in readings():
            read += _gloss(text[last], rng)
        debris = f"?{misread[start]})"
        if last == start:
            edits.append(Edit(start, last + 1, debris + read, kind))
        else:
            edits.append(Edit(start, start + 1, debris, kind))
            edits.append(Edit(start + 1, last + 1, read, kind))
    return edits


_WIDE_DIGITS = str.maketrans("0123456789", "０１２３４５６７８９")
_NARROW_MARKS = str.maketrans("，；：？！（）", ",;:?!()")
_MARK = re.compile(rf"(?<=[{_HANZI}”’》%])[，；：？！](?=.)|（[{_HANZI}]+）|。(?=.)|\d+(?:\.\d+)?")


def _punctuation_edits(text: str, rng: random.Random, rate: float) -> list[Edit]:
    """Marks narrowed and doubled, numbers widened."""
    edits = []
    for match in _MARK.finditer(text):
        if rng.random() >= rate:
            continue
        found = match[0]
        if found[0].isdigit():
            spoilt = found.translate(_WIDE_DIGITS).replace(".", "．")
        elif found == "。":
            spoilt = rng.choice((",。", "，。", "。。"))
        elif found == "，":
            spoilt = rng.choice((",", ",", ",", ",,", "，,", "、，"))
        else:
            spoilt = found.translate(_NARROW_MARKS)
        edits.append(Edit(*match.span(), spoilt, "punctuation"))
    return edits


_AMOUNT = re.compile(rf"(?<=[{_HANZI}，])(\d+)(\.\d+)?(?=[万亿元个项家%])")
_INSIDE = re.compile(rf"(?<=[{_HANZI}])(?=[{_HANZI}])|(?<=[，。；：、])(?=[{_HANZI}])")
_BLANKS = (" ", " ", " ", "\u3000", "\xa0", "  ", "\u200b", "\ufeff", "\u200b ")


def _space_edits(text: str, rng: random.Random, rate: float) -> list[Edit]:
    """Blanks and zero-width characters between characters, and inside and behind numbers."""
    places = [match.start() for match in _INSIDE.finditer(text) if rng.random() < rate]
    for match in _AMOUNT.finditer(text):
        if rng.random() < rate * 5:
            places.append(rng.choice([match.end(), match.end(1)]))
    return [Edit(place, place, rng.choice(_BLANKS), "space") for place in sorted(set(places))]


_TAGS = (
    ('<span style="font-size:16px">', "</span>"),
    ("<strong>", "</strong>"),
    ('<a href="/a.html" target="_blank">', "</a>"),
    ('<font color="#000000">', "</font>"),
    ("", "<!-- more -->"),
    ('<img src="a.png"/>', ""),
)
_ENTITIES = {"“": "&ldquo;", "”": "&rdquo;", "·": "&middot;", "—": "&mdash;", "…": "&hellip;"}


def _html_edits(text: str, rng: random.Random, rate: float) -> list[Edit]:
    """Inline tags around words, marks and some characters as entities."""
    edits = []
    closing = ""
    for place, character in enumerate(text):
        if rng.random() < rate:
            opening, after = ("", closing) if closing else rng.choice(_TAGS)
            closing = "" if closing else after
            if opening or after:
                edits.append(Edit(place, place, opening or after, "tag"))
        if character in _ENTITIES and rng.random() < 0.5:
            edits.append(Edit(place, place + 1, _ENTITIES[character], "entity"))
        elif rng.random() < rate / 5:
            edits.append(Edit(place, place + 1, f"&#{ord(character)};", "entity"))
    return edits


_MAKERS: dict[str, tuple[Callable[[str, random.Random, float], list[Edit]], float]] = {
    "traditional": (_traditional_edits, 1.0),
    "gloss": (_gloss_edits, 0.6),
    "desync": (_mark_edits, 0.3),
    "lead": (_lead_edits, 0.0),
    "misplaced": (_misplaced_edits, 0.2),
    "punctuation": (_punctuation_edits, 0.6),
    "spaces": (_space_edits, 0.05),
    "html": (_html_edits, 0.05),
}
# a traditional page comes first where the damage needs one
_ON_TRADITIONAL = frozenset({"gloss", "desync", "lead", "misplaced"})
# in the order in which a page meets them
_MIXED = ("punctuation", "spaces", "gloss", "desync", "html")

KINDS = (*_MAKERS, "mixed")
"""The kinds of damage."""


def damage(
    text: str, kind: str, rng: random.Random, rate: float | None = None
) -> tuple[str, OffsetMap]:
    """Damage a clean text.

    Args:
        text: clean simplified text.
        kind: one of `KINDS`. `gloss`, `desync`, `lead`, `misplaced` make the text traditional first,
            as on the pages they come from; `mixed` takes two or three kinds in turn.
        rng: source of chance; the same state gives the same damage.
        rate: chance of damage at each place that can take it; None takes the kind's own.

    Returns:
        The damaged text, and the map from spans of `text` (target) to spans of it (source).

    Raises:
        ValueError: no such kind.
    """
    if kind not in KINDS:
        raise ValueError(f"no damage {kind!r}; the kinds are {', '.join(KINDS)}")
    if kind == "mixed":
        chosen = rng.sample(_MIXED, rng.choice((2, 3)))
        kinds = ["traditional", *(name for name in _MIXED if name in chosen)]
        makers = [_MAKERS[name] for name in kinds]
    else:
        makers = [_MAKERS[kind]]
        if kind in _ON_TRADITIONAL:
            makers.insert(0, (_mainland_edits, 1.0))
    damaged, offsets = text, OffsetMap.identity(len(text))
    for maker, usual in makers:
        damaged, made = spoil(damaged, maker(damaged, rng, usual if rate is None else rate))
        offsets = offsets.compose(made)
    return damaged, offsets
