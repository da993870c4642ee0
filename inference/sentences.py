"""Sentences of a cleaned report: where each begins and ends."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

# Closing quotes and brackets belong to the sentence they close.
_END = re.compile(r"[。！？!?]+[”’」』）)】》\"]*|\n")
# Marks inside a short pair of brackets end nothing.
_BRACKETS = re.compile(
    r"（[^（）\n]{0,200}）|\([^()\n]{0,200}\)|《[^《》\n]{0,100}》|【[^【】\n]{0,100}】"
)
_WORD = re.compile(r"[A-Za-z0-9=&/_%+#]")


def _is_end(text: str, start: int, end: int) -> bool:
    """Whether the marks at ``[start, end)`` end a sentence: ASCII ``?`` and ``!`` inside a URL or a word do not."""
    return (
        text[start] not in "!?"
        or end >= len(text)
        or not (_WORD.match(text[end]) and start and _WORD.match(text[start - 1]))
    )


def split(text: str, debris: Collection[range] = ()) -> Iterator[tuple[int, int]]:
    """Sentences of ``text`` as ``[start, end)``, in order, without blank edges; blank lines yield none.

    A sentence ends at 。！？!? with the closing quotes that follow, and at line breaks. It never ends inside short
    brackets, and so never inside an amount.

    Args:
        text: a cleaned report.
        debris: stretches of ``text`` restored from encoding damage; by the contract, marks there end nothing.
    """
    closed = [match.span() for match in _BRACKETS.finditer(text)]
    closed += [(part.start, part.stop) for part in debris]
    closed.sort()
    start, at = 0, 0
    for match in _END.finditer(text):
        if match[0] != "\n":
            while at < len(closed) and closed[at][1] <= match.start():
                at += 1
            inside = at < len(closed) and closed[at][0] <= match.start()
            if inside or not _is_end(text, *match.span()):
                continue
        yield from _trim(text, start, match.end())
        start = match.end()
    yield from _trim(text, start, len(text))


def _trim(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    part = text[start:end]
    if part.strip():
        yield start + len(part) - len(part.lstrip()), end - len(part) + len(part.rstrip())
