"""Decimals are taken apart without rounding, whatever their length."""

from decimal import Decimal, localcontext

from hypothesis import given
from hypothesis import strategies as st

from inference.writers.decimals import decimal_places, shifted, significant_digits

LONG = st.builds(
    lambda digits, exponent, sign: Decimal((sign, digits, exponent)),
    st.lists(st.integers(0, 9), min_size=1, max_size=60).map(tuple),
    st.integers(-60, 60),
    st.integers(0, 1),
)


@given(LONG, st.integers(-40, 40))
def test_shifting_is_exact_and_can_be_undone(value: Decimal, places: int) -> None:
    with localcontext() as context:
        context.prec = 500
        assert shifted(value, places) == value * Decimal(10) ** places
    assert shifted(shifted(value, places), -places) == value


@given(LONG)
def test_digits_are_those_of_the_normal_form(value: Decimal) -> None:
    with localcontext() as context:
        context.prec = 500
        normal = value.normalize()
    digits = "".join(map(str, normal.as_tuple().digits))
    assert significant_digits(value) == (len(digits) if value else 0)
    assert decimal_places(value) == (max(0, -normal.as_tuple().exponent) if value else 0)


def test_a_digit_beyond_the_usual_precision_counts() -> None:
    value = Decimal("1." + "0" * 39 + "1")
    assert significant_digits(value) == 41
    assert decimal_places(value) == 40
