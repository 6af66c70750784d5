"""The tables of a result: scores, points by criterion, the ledger, claims, rejects, and what they are of."""

from __future__ import annotations

from collections.abc import Mapping

from engine import __version__
from engine.portfolio.layout import JUDGED_DECIMALS, KEY
from engine.portfolio.program import GRADE
from engine.portfolio.quoting import literal, name
from engine.portfolio.scoring import Counts, Portfolio

ORDERS: Mapping[str, str] = {
    "scores": "department", "points": "department", "ledger": "department, line", "claims": "department, criterion",
    "rejects": "department, fact, code, reason", "criteria": "place", "about": "ALL",
}  # fmt: skip
"""The tables of a result, and the order of their rows."""


def in_points(number: str, decimals: int) -> str:
    """A whole number of ``10^-decimals`` as a decimal; never by way of a float."""
    if decimals == 0:
        return f"({number})::DECIMAL(18,0)"
    return f"(({number})::DECIMAL(18,0) * '0.{'0' * (decimals - 1)}1'::DECIMAL({decimals},{decimals}))::DECIMAL(18,{decimals})"


def make_results(portfolio: Portfolio, counts: Counts) -> None:
    """Make the tables of a scored portfolio's result, in the schema ``result``."""
    assert portfolio.program is not None
    connection, program = portfolio.connection, portfolio.program
    execute = connection.execute
    execute("DROP SCHEMA IF EXISTS result CASCADE")
    execute("CREATE SCHEMA result")
    total = in_points('"=total"', program.decimals)
    execute(
        f"CREATE VIEW result.scores AS SELECT name AS department, {total} AS total, {name(GRADE)} AS grade, "
        f"rank() OVER (ORDER BY \"=total\" DESC) AS rank, CASE WHEN \":direct\" THEN 'direct' ELSE 'columns' END AS scored_by "
        f"FROM main.scored JOIN main.departments USING ({KEY})"
    )
    points = ", ".join(
        f"{in_points(name(f'={text}'), program.decimals)} AS {name(text)}" for text in program.nodes
    )
    execute(
        f"CREATE VIEW result.points AS SELECT name AS department, {points} FROM main.scored JOIN main.departments USING ({KEY})"
    )
    _ledger(portfolio)
    _claims(portfolio)
    execute("CREATE VIEW result.rejects AS SELECT * FROM main.rejects")
    _criteria(portfolio)
    ruleset = portfolio.ruleset
    about = {
        "ruleset": ruleset.id, "title": ruleset.title.zh, "digest": ruleset.digest, "engine": __version__,
        "read": str(counts.read), "scored": str(counts.scored), "rejected": str(counts.rejected),
        "direct": str(counts.direct),
    }  # fmt: skip
    rows = ", ".join(f"({literal(one)}, {literal(value)})" for one, value in about.items())
    execute(f"CREATE VIEW result.about AS SELECT * FROM (VALUES {rows}) AS t(name, value)")


def _ledger(portfolio: Portfolio) -> None:
    assert portfolio.program is not None
    program = portfolio.program
    unit = 10**program.decimals
    shared = any(source.share is not None or source.unit.value != unit for source in program.sources)

    def amount(text: str) -> str:
        number, divisor = f"{text}_numerator", f"{text}_denominator"
        if not shared:
            return in_points(f"{number} * ({unit} // {divisor})", program.decimals)
        scaled = in_points(f"{number} * 1000000 // {divisor}", 6)
        common = f"gcd({number}, {divisor})"
        return (
            f"CASE WHEN {number} * 1000000 % {divisor} = 0 THEN rtrim(rtrim({scaled}::VARCHAR, '0'), '.') "
            f"ELSE ({number} // {common})::VARCHAR || '/' || ({divisor} // {common})::VARCHAR END"
        )

    portfolio.connection.execute(
        f"CREATE VIEW result.ledger AS SELECT name AS department, "
        f"row_number() OVER (PARTITION BY {KEY} ORDER BY place, turn, record) AS line, kind, criterion, "
        f"nullif(rule, '') AS rule, nullif(record, '') AS record, {amount('nominal')} AS nominal, "
        f"{amount('applied')} AS applied, nullif(reason, '') AS reason "
        f"FROM main.ledger JOIN main.departments USING ({KEY})"
    )


def _claims(portfolio: Portfolio) -> None:
    """Self-assessed points beside the computed ones, for the scored departments."""
    assert portfolio.program is not None
    program = portfolio.program
    texts = list(program.nodes)
    pairs = ", ".join(f"({literal(one)}, s.{name(f'={one}')})" for one in texts)
    claimed, computed = "points", "computed"
    decimals = max(JUDGED_DECIMALS, program.decimals)
    wide = f"{claimed} * {10 ** (decimals - JUDGED_DECIMALS)}"
    other = f"{computed} * {10 ** (decimals - program.decimals)}"
    portfolio.connection.execute(
        f"CREATE VIEW result.claims AS SELECT name AS department, criterion, {in_points(wide, decimals)} AS claimed, "
        f"{in_points(other, decimals)} AS computed, {in_points(f'{wide} - {other}', decimals)} AS difference "
        f"FROM (SELECT s.{KEY}, c.criterion, c.points, p.computed FROM main.scored AS s "
        f"JOIN main.claims_list AS c USING ({KEY}), LATERAL (VALUES {pairs}) AS p(id, computed) WHERE p.id = c.criterion) "
        f"JOIN main.departments USING ({KEY}) WHERE computed IS NOT NULL"
    )


def _criteria(portfolio: Portfolio) -> None:
    assert portfolio.program is not None
    program = portfolio.program
    rows = ", ".join(
        f"({place}, {literal(text)}, {literal(node.criterion.title.zh)}, {literal(node.criterion.title.en)}, "
        f"{in_points(str(int(node.criterion.points * 10**program.decimals)), program.decimals)}, "
        f"{literal(node.criterion.parent.id) if node.criterion.parent else 'NULL'})"
        for place, (text, node) in enumerate(program.nodes.items())
    )
    portfolio.connection.execute(
        "CREATE VIEW result.criteria AS SELECT * FROM "
        f"(VALUES {rows}) AS t(place, criterion, title, title_en, points, parent)"
    )


def ordered(table: str) -> str:
    """The query of a table of the result, its rows in order."""
    order = "" if ORDERS[table] == "ALL" else f" ORDER BY {ORDERS[table]}"
    return f"SELECT * FROM result.{table}{order}"
