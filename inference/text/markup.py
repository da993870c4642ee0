"""What a page leaves in its text: HTML tags and entities, control and zero-width characters."""

from __future__ import annotations

import html
import re
import sys
import unicodedata

from inference.text.characters import character_class
from inference.text.edits import Edit

_BLOCKS = "address|article|blockquote|br|dd|div|dl|dt|h[1-6]|hr|li|ol|p|section|table|td|th|tr|ul"
_INLINES = (
    "a|abbr|acronym|b|big|center|cite|code|em|figcaption|figure|font|footer|header|i|iframe|img"
    "|input|label|main|nav|o:p|option|s|script|select|small|source|span|st1:\\w+|strike|strong"
    "|style|sub|sup|svg|tbody|thead|tt|u|v:\\w+|video"
)
_MARKUP = re.compile(
    rf"<(?P<close>/?)(?:(?P<block>{_BLOCKS})|{_INLINES})(?:[\s/][^<>]{{0,2000}})?>"
    r"|<!--[^<>]{0,2000}-->"
    r"|&(?:amp;){0,4}(?:#[0-9]{1,7};|#[xX][0-9a-fA-F]{1,6};|[A-Za-z]{2,31}[0-9]{0,2};"
    r"|nbsp(?![A-Za-z]))",
    re.IGNORECASE,
)

_LINE_BREAKS = "\r\x85\u2028\u2029"
# C0 and C1 controls and format characters (Cf: zero-width, direction marks, soft hyphen, BOM);
# variation selectors (FE00-FE0F) change no character that matters here
_INVISIBLE = {
    code
    for code in range(sys.maxunicode + 1)
    if unicodedata.category(chr(code)) in ("Cc", "Cf") or 0xFE00 <= code <= 0xFE0F
}
_CONTROL = re.compile(character_class((_INVISIBLE | set(map(ord, _LINE_BREAKS))) - {9, 10}) + "+")


def find(text: str) -> list[Edit]:
    """The step: tags go (a block's becomes a line break), entities become their characters."""
    if "<" not in text and "&" not in text:
        return []
    edits = []
    for match in _MARKUP.finditer(text):
        found = match[0]
        if found[0] == "<":
            edits.append(Edit(*match.span(), "\n" if match["block"] else "", "tag"))
        else:
            character = _unescaped(found if found[-1] == ";" else f"{found};")
            if character.rstrip(";") != found.rstrip(";"):
                edits.append(Edit(*match.span(), character, "entity"))
    return edits


def _unescaped(entity: str) -> str:
    """What an entity stands for, however often it was escaped (`&amp;nbsp;`)."""
    while (plain := html.unescape(entity)) != entity:
        entity = plain
    return plain


def find_controls(text: str) -> list[Edit]:
    """The step: invisible characters go, every line break becomes `\\n`."""
    edits = []
    for match in _CONTROL.finditer(text):
        start, end = match.span()
        breaks = sum(match[0].count(character) for character in _LINE_BREAKS)
        if match[0][-1] == "\r" and text[end : end + 1] == "\n":
            breaks -= 1  # the line feed behind it stays and breaks the line
        edits.append(Edit(start, end, "\n" * breaks, "control"))
    return edits
