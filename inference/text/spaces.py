"""Stray spaces: inside numbers, next to Chinese marks, between the characters of running text.

A space between two Chinese characters goes in running text (a line with a mark that ends or
divides a sentence). In headings, tables and bylines it divides what belongs apart: there it goes
only from inside a word (`设 备`, a pair the bigram model finds likely) or a spaced-out heading
(`通 知`).
"""

from __future__ import annotations

import re

from inference.text import statistics
from inference.text.edits import Edit

WORD = -2.5
"""Log-probability from which the second of two characters is taken to continue a word."""

_HANZI = r"\u3400-\u4dbf\u4e00-\u9fff〇"
_UNITS = "万亿元千百十个项家美欧港日户亩吨年月人次批%倍天"
_GAP = re.compile(
    # a run of blanks is matched from its first one and whole: anything else takes quadratic time
    rf"""(?<!\ )(?:
      (?<=[。，；：、！？“‘（《【])\ ++                # behind a mark that opens or divides
    | \ ++(?=[。，；：、！？”’）》】])                 # before one that closes or divides
    | (?<=\d)\ ++(?=[{_UNITS}])                      # 185 亿元
    | (?<=\d)\ ++(?=[.,]\d) | (?<=\d[.,])\ ++(?=\d)  # 1861 .44
    | (?<=[{_HANZI}\d])\ ++(?=[{_HANZI}\d])          # 招 商
    | ^\ ++|\ ++$                                    # indents
    )""",
    re.VERBOSE | re.MULTILINE,
)
_RUNNING = re.compile("[。，；！？]")
_BYLINE = re.compile(
    r"（ *+(?:[^（）\n]{0,8}(?:记者|通讯员|作者|编辑|供稿|摄影|资料图|文/|图/)[^（）\n]{0,60}"
    rf"|[{_HANZI}]{{2,4}}(?: ++[{_HANZI}]{{2,4}}){{1,5}}) *+）"
)
_SPACED_OUT = re.compile(rf"(?<![{_HANZI}])[{_HANZI}](?: [{_HANZI}]){{2,}}(?![{_HANZI}])")
# 18 5亿元, but not 2023 185亿元
_SPLIT_NUMBER = re.compile(
    rf"(?<![\d. ,])(?!(?:19|20)\d\d )\d{{1,4}}(?: \d{{1,3}}){{1,3}}(?=(?:\.\d+)? ?[{_UNITS}])"
)


def find(text: str) -> list[Edit]:
    """The step: stray spaces go."""
    if " " not in text:
        return []
    edits = []
    position = 0
    for line in text.splitlines(keepends=True):
        if " " in line:
            edits.extend(_line(line, position))
        position += len(line)
    return edits


def _covered(pattern: re.Pattern[str], line: str) -> set[int]:
    """The places in `line` of the spaces inside matches of `pattern`."""
    return {
        place
        for match in pattern.finditer(line)
        for place in range(*match.span())
        if line[place] == " "
    }


def _line(line: str, offset: int) -> list[Edit]:
    running = bool(_RUNNING.search(line))
    bylines, spaced_out = _covered(_BYLINE, line), _covered(_SPACED_OUT, line)
    numbers = _covered(_SPLIT_NUMBER, line)
    edits = []
    for match in _GAP.finditer(line):
        start, end = match.span()
        before, after = line[start - 1 : start], line[end : end + 1]
        if before.isdigit() and after.isdigit():
            stray = start in numbers
        elif _is_word(before) and _is_word(after) and not (before.isdigit() and after in _UNITS):
            stray = (
                (running and start not in bylines)
                or start in spaced_out
                or statistics.load().pair(before, after) > WORD
            )
        else:
            stray = True
        if stray:
            edits.append(Edit(offset + start, offset + end, "", "space"))
    return edits


def _is_word(character: str) -> bool:
    return character.isdigit() or "\u3400" <= character <= "\u9fff"
