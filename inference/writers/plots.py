"""Bars of totals, laid out for SVG: the template only draws them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from inference.writers.totals import UNKNOWN, Total
from inference.writers.wording import in_units

#: Geometry in SVG units, which are CSS pixels at full width.
WIDTH, ROW, LABEL, VALUE = 430, 25, 92, 118
_BAR = WIDTH - LABEL - VALUE


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label (shortened and whole), what it says, and its place and length."""

    label: str
    name: str
    text: str
    y: int
    length: float


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot of horizontal bars.

    Attributes:
        title: its heading.
        note: what its bars leave out, or empty.
    """

    title: str
    bars: tuple[Bar, ...]
    note: str = ""

    @property
    def height(self) -> int:
        return ROW * max(1, len(self.bars))


def plot(title: str, totals: Sequence[Total], limit: int, *, last: bool = False) -> Plot:
    """Bars of at most ``limit`` totals, the first ones or the ``last``; their sums, or counts if there is none.

    What belongs to no place, stage or month is always shown, at the end.
    """
    known = [total for total in totals if total.name != UNKNOWN]
    unknown = [total for total in totals if total.name == UNKNOWN]
    kept = known[-limit:] if last else known[:limit]
    hidden = len(known) - len(kept)
    shown = [*kept, *unknown]
    sums = any(total.value for total in shown)
    sizes = [total.value if sums else Decimal(total.projects) for total in shown]
    largest = max(sizes, default=Decimal(0)) or Decimal(1)
    bars = tuple(
        Bar(_short(total.name), total.name, _text(total), ROW * index, _length(size, largest))
        for index, (total, size) in enumerate(zip(shown, sizes, strict=True))
    )
    note = f"另有 {hidden} 项未列" if hidden else ""
    return Plot(title, bars, note)


def _text(total: Total) -> str:
    value = f"{rounded(total.value)}元 · " if total.value else ""
    return f"{value}{total.projects} 个"


def rounded(value: Decimal) -> str:
    """A sum in 亿 or 万 to four figures, for reading at a glance: ``1,861亿``, ``2.5亿``."""
    with localcontext() as context:
        context.prec = 4
        short = +value
    return in_units(short)


def _length(size: Decimal, largest: Decimal) -> float:
    return max(float(round(size / largest * _BAR, 1)), 1.5 if size else 0.0)


def _short(name: str) -> str:
    return name if len(name) <= 7 else f"{name[:6]}…"
