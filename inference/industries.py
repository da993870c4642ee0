"""The industry of a project, where its name makes it plain."""

from __future__ import annotations

import re

from annotations.industry import NO_INDUSTRY, table
from inference.currency import alternatives

_INDUSTRY = {w: name for w, name in table("words", "names")[0].items() if name not in NO_INDUSTRY}
_WORDS = re.compile(f"(?=({alternatives(_INDUSTRY)}))")


def industry_of(name: str) -> str | None:
    """The industry that a project's name shows; None when no word of the table is in it.

    The word that ends last decides (the head of a Chinese name stands last), then the longest.
    """
    found = [
        (match.start() + len(match[1]), len(match[1]), match[1])
        for match in _WORDS.finditer(name.lower())
    ]
    return _INDUSTRY[max(found)[2]] if found else None
