"""Bars laid out for the page."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from inference.writers.plots import LABEL, VALUE, WIDTH, plot, rounded
from inference.writers.totals import UNKNOWN, Total

TOTALS = st.lists(
    st.builds(
        Total,
        st.text("甲乙丙丁", min_size=1, max_size=12),
        st.integers(1, 999),
        st.decimals(0, 10**14),
    ),
    max_size=20,
)


@given(TOTALS)
def test_bars_stay_inside_and_keep_the_order_of_size(items: list[Total]) -> None:
    bars = plot("按地区", items, 10).bars
    assert len(bars) == min(len(items), 10)
    assert all(0 <= bar.length <= WIDTH - LABEL - VALUE for bar in bars)
    pairs = sorted(
        zip([total.value for total in items], [bar.length for bar in bars], strict=False)
    )
    if any(value for value, _ in pairs):
        assert [length for _, length in pairs] == sorted(length for _, length in pairs)


def test_without_sums_bars_are_counts_and_the_unknown_is_never_hidden() -> None:
    items = [Total(str(n), n, Decimal(0)) for n in range(1, 15)] + [Total(UNKNOWN, 3, Decimal(0))]
    drawn = plot("按月份", items, 5, last=True)
    assert [bar.name for bar in drawn.bars] == ["10", "11", "12", "13", "14", UNKNOWN]
    assert drawn.bars[4].length > drawn.bars[0].length > drawn.bars[5].length
    assert drawn.note == "另有 9 项未列"
    assert drawn.bars[0].text == "10 个"


def test_sums_are_rounded_for_the_eye_only() -> None:
    assert rounded(Decimal("186144000000")) == "1,861亿"
    assert rounded(Decimal("250000000")) == "2.5亿"
    assert plot("", [Total("甲", 2, Decimal("250000000"))], 1).bars[0].text == "2.5亿元 · 2 个"
