"""Decimals taken as they are: no context, so nothing is rounded however many digits there are."""

from __future__ import annotations

from decimal import Decimal


def shifted(value: Decimal, places: int) -> Decimal:
    """``value`` × 10 to the power of ``places``."""
    sign, digits, exponent = value.as_tuple()
    return Decimal((sign, digits, int(exponent) + places))


def significant_digits(value: Decimal) -> int:
    """How many digits there are without zeros at either end: 2 for ``1500`` and ``0.15``."""
    return len("".join(map(str, value.as_tuple().digits)).strip("0"))


def decimal_places(value: Decimal) -> int:
    """How many digits there are after the point, but for zeros at the end: 1 for ``20.50``."""
    digits = "".join(map(str, value.as_tuple().digits))
    trailing = len(digits) - len(digits.rstrip("0"))
    return max(0, -int(value.as_tuple().exponent) - trailing) if digits.strip("0") else 0
