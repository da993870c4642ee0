"""Sets of characters as regular-expression classes."""

from __future__ import annotations

import re
from collections.abc import Iterable


def character_class(codes: Iterable[int]) -> str:
    """The class `[…]` that matches exactly these code points, consecutive ones as ranges.

    Ranges matter: `re` tests a class that reaches beyond the Basic Multilingual Plane item by
    item, a thousand single characters a thousand times slower than their few ranges.
    """
    ranges: list[list[int]] = []
    for code in sorted(set(codes)):
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    items = (re.escape(chr(low)) + "-" + re.escape(chr(high)) for low, high in ranges)
    return f"[{''.join(items)}]"
