"""Points as a result holds them: decimals where the ruleset has no finer ones, else texts such as ``1/3``."""

from __future__ import annotations


def in_points(number: str, decimals: int) -> str:
    """A whole number of ``10^-decimals`` as a decimal; never by way of a float."""
    if decimals == 0:
        return f"({number})::DECIMAL(18,0)"
    return f"(({number})::DECIMAL(18,0) * '0.{'0' * (decimals - 1)}1'::DECIMAL({decimals},{decimals}))::DECIMAL(18,{decimals})"


def as_text(number: str, divisor: str) -> str:
    """A fraction of two ``HUGEINT`` as the shortest exact text: a decimal of up to six places, or ``a/b``."""
    scaled = in_points(f"{number} * 1000000 // {divisor}", 6)
    common = f"gcd({number}, {divisor})"
    return (
        f"CASE WHEN {number} * 1000000 % {divisor} = 0 THEN rtrim(rtrim({scaled}::VARCHAR, '0'), '.') "
        f"ELSE ({number} // {common})::VARCHAR || '/' || ({divisor} // {common})::VARCHAR END"
    )


def as_decimal(column: str) -> str:
    """A column of decimals or such texts as decimals; a fraction is cut to a millionth."""
    plain = f"{column}::VARCHAR"
    parts = f"split_part({plain}, '/', 1)::HUGEINT * 1000000 // split_part({plain}, '/', 2)::HUGEINT"
    fraction = f"({parts})::DECIMAL(18,0) * 0.000001::DECIMAL(6,6)"
    return f"CASE WHEN contains({plain}, '/') THEN ({fraction})::DECIMAL(18,6) ELSE TRY_CAST({plain} AS DECIMAL(18,6)) END"
