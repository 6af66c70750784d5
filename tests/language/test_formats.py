"""Values as people read them: rates in percent, and never a figure that seems to be its threshold."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.language.formats import MOST_DECIMALS, NOT_GIVEN, Formats
from engine.language.numbers import Rational, round_half_up
from engine.language.terms import NUMERIC, Kind, Type

FORMATS = Formats("万元", 2, 2)


def shown(value: Any, kind: Kind, *apart_from: str) -> str:
    exact = Rational(Fraction(value)) if isinstance(value, str) and kind in NUMERIC else value
    return FORMATS.show(exact, Type(kind), [Rational(Fraction(one)) for one in apart_from]).zh


@pytest.mark.parametrize(
    ("value", "kind", "apart_from", "text"),
    [
        ("0.84", Kind.RATIO, (), "84.00%"),
        ("0.899", Kind.RATIO, ("0.9",), "89.90%"),
        ("0.89996", Kind.RATIO, ("0.9",), "89.996%"),
        ("0.8999999", Kind.RATIO, ("0.9",), "89.99999%"),
        ("0.9", Kind.RATIO, ("0.9",), "90.00%"),
        ("1/3", Kind.RATIO, (), "33.33%"),
        ("24066.41", Kind.MONEY, (), "24,066.41 万元"),
        ("24066.406", Kind.MONEY, ("24066.41",), "24,066.406 万元"),
        ("2.5", Kind.POINTS, (), "2.50"),
        ("7", Kind.DAYS, (), "7"),
        ("12", Kind.COUNT, (), "12"),
        ("1.25", Kind.NUMBER, (), "1.25"),
        ("0.123456", Kind.NUMBER, (), "0.123456"),
        ("0.1234567", Kind.NUMBER, (), "0.1235"),
        ("1/3", Kind.NUMBER, (), "0.3333"),
        ("333333/1000000", Kind.NUMBER, ("1/3",), "0.333333"),
        ("33333333/100000000", Kind.NUMBER, ("1/3",), "0.333333330"),
    ],
)
def test_a_quantity(value: str, kind: Kind, apart_from: tuple[str, ...], text: str) -> None:
    assert shown(value, kind, *apart_from) == text


def test_what_is_no_quantity() -> None:
    assert FORMATS.show(True, Type(Kind.FLAG)).zh == "是"
    assert FORMATS.show(False, Type(Kind.FLAG)).en == "no"
    assert FORMATS.show(None, Type(Kind.MONEY)) == NOT_GIVEN
    assert shown(date(2024, 3, 4), Kind.DATE) == "2024-03-04"
    assert shown("公开", Kind.CHOICE) == "公开"
    assert FORMATS.show(Rational(5), Type(Kind.MONEY), unit=False).zh == "5.00"


@given(
    st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9), st.sampled_from([10**5, 10**7, 3 * 10**8]),
    st.sampled_from(sorted(NUMERIC)),
)  # fmt: skip
def test_two_values_that_differ_are_shown_apart(one: int, two: int, scale: int, kind: Kind) -> None:
    first, second = Rational(one, scale), Rational(two, scale)
    type_ = Type(kind)
    left, right = FORMATS.show(first, type_, [second]).en, FORMATS.show(second, type_, [first]).en
    assert (left == right) == (first == second)


def test_decimals_have_an_end() -> None:
    near = Rational(9, 10) - Rational(1, 10**40)
    assert FORMATS.decimals(near, 2, [Rational(9, 10)]) == MOST_DECIMALS
    assert round_half_up(near, MOST_DECIMALS) == Rational(9, 10)
