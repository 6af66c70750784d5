"""The tables of a result: scores, points by criterion, the ledger, claims, rejects, and what they are of."""

from __future__ import annotations

from collections.abc import Mapping

from engine import __version__
from engine.errors import Language
from engine.portfolio.amounts import in_points
from engine.portfolio.characters import shown_sql
from engine.portfolio.layout import JUDGED_DECIMALS, KEY
from engine.portfolio.program import GRADE
from engine.portfolio.quoting import literal, name
from engine.portfolio.rows import insert
from engine.portfolio.scoring import Counts, Portfolio

ORDERS: Mapping[str, str] = {
    "scores": "", "points": "", "ledger": "", "claims": "department, criterion",
    "rejects": "department, fact, code, place, reason", "unread": "", "notes": "", "criteria": "place", "about": "",
}  # fmt: skip
"""The tables of a result, and the order of their rows; empty where they are in order already."""

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "scores": ("department", "total", "grade", "rank", "scored_by"),
    "points": ("department",),
    "ledger": ("department", "line", "kind", "criterion", "rule", "record", "nominal", "applied", "reason"),
    "claims": ("department", "criterion", "claimed", "computed", "difference"),
    "rejects": ("department", "code", "fact", "place", "reason", "fix"),
    "unread": ("file", "reason"),
    "notes": ("code", "place", "note"),
    "criteria": ("place", "criterion", "title", "title_en", "points", "parent"),
    "about": ("name", "value"),
}
"""Their columns; those of ``points`` go on with the ruleset's criteria."""


def make_results(portfolio: Portfolio, counts: Counts, language: Language = "zh") -> None:
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
        f"FROM main.scored JOIN main.departments USING ({KEY}) ORDER BY main.departments.{KEY}"
    )
    points = ", ".join(
        f"{in_points(name(f'={text}'), program.decimals)} AS {name(text)}" for text in program.nodes
    )
    execute(
        f"CREATE VIEW result.points AS SELECT name AS department, {points} FROM main.scored "
        f"JOIN main.departments USING ({KEY}) ORDER BY main.departments.{KEY}"
    )
    execute("CREATE VIEW result.ledger AS SELECT * FROM main.ledger")
    _claims(portfolio)
    shown = ", ".join(f"{shown_sql(one)} AS {one}" for one in COLUMNS["rejects"])
    execute(f"CREATE VIEW result.rejects AS SELECT * REPLACE ({shown}) FROM main.rejects")
    _criteria(portfolio)
    ruleset = portfolio.ruleset
    about = {
        "ruleset": ruleset.id, "title": ruleset.title.zh, "digest": ruleset.digest, "engine": __version__,
        "read": str(counts.read), "scored": str(counts.scored), "rejected": str(counts.rejected),
        "direct": str(counts.direct), "orphans": str(counts.orphans), "unread": str(len(portfolio.reading.unread)),
    }  # fmt: skip
    about |= {f"encoding of {file}": one for file, one in portfolio.reading.encodings.items()}
    rows = ", ".join(f"({literal(one)}, {literal(value)})" for one, value in about.items())
    execute(f"CREATE VIEW result.about AS SELECT * FROM (VALUES {rows}) AS t(name, value)")
    execute("CREATE TABLE result.unread (file VARCHAR, reason VARCHAR)")
    unread = [(one.file, one.why.in_language(language)) for one in portfolio.reading.unread]
    insert(connection, "result.unread", unread)
    execute("CREATE TABLE result.notes (code VARCHAR, place VARCHAR, note VARCHAR)")
    notes = [
        (one.code, str(one.where or ""), one.message.in_language(language))
        for one in (*portfolio.notes, *portfolio.reading.notes)
    ]
    insert(connection, "result.notes", notes)


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
    order = f" ORDER BY {ORDERS[table]}" if ORDERS[table] else ""
    return f"SELECT * FROM result.{table}{order}"
