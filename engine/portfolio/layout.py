"""The tables of a portfolio: one row a department in ``main``, one row a record in a table for each list.

Every table names its department in the column ``department``. Quantities are whole numbers of a column's
smallest unit (``scale`` decimals); dates from or to which working days are counted carry a number for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from engine.errors import Problem, RulesetError, Text
from engine.language.numbers import Rational
from engine.language.terms import NUMERIC, Kind
from engine.portfolio.integers import Int
from engine.portfolio.quoting import name
from engine.portfolio.values import Day, Exact, Flag, Value, Word, points
from engine.ruleset.model import Criterion, Fact, Rule, Ruleset, Unseen

KEY = "department"
HEAD = (KEY, "year", "ruleset")
"""Columns of ``main`` that are no facts."""
MAIN, CLAIMED, JUDGEMENTS, WAIVERS = "main", "claimed", "judgements", "waivers"
BESIDE: Mapping[str, tuple[str, ...]] = {
    CLAIMED: (KEY, "criterion", "points"),
    JUDGEMENTS: (KEY, "criterion", "deduct", "tier", "coefficient", "by", "reason"),
    WAIVERS: (KEY, "rule", "record", "reason", "evidence"),
}
"""The tables of what stands beside the facts."""

OWN_TABLES = frozenset({
    "alike", "calendar", "claims_list", "claims_read", "computed", "departments", "direct", "direct_lines",
    "direct_scored", "judged_list", "judged_read", "ledger", "lines", "rejects", "scored", "spelled", "unsound", "waivers_read", "wanted", "before", "after", "changes",
})  # fmt: skip
"""Tables that are made on the way."""

MOST_DECIMALS = 8
_MOST: Mapping[Kind, int] = {
    Kind.MONEY: 10**13, Kind.NUMBER: 10**9, Kind.RATIO: 10**4, Kind.DAYS: 10**5, Kind.COUNT: 10**9, Kind.POINTS: 10**6,
}  # fmt: skip
"""The largest quantity that goes through the columns where nothing else is known; larger ones are
scored by the direct evaluation."""

MOST_RECORDS = 10**6
JUDGED_DECIMALS = 6
JUDGED_MOST = 10**6 * 10**JUDGED_DECIMALS


@dataclass(frozen=True, slots=True)
class Column:
    """A fact as a column; ``low`` and ``high`` bound it, in units of ``10^-scale``."""

    name: str
    fact: Fact
    scale: int = 0
    low: int = 0
    high: int = 0
    counted: bool = False
    """Whether working days are counted from or to it."""
    units: tuple[str, ...] = ()
    """How a heading may call the unit of its values."""

    @property
    def kind(self) -> Kind:
        return self.fact.type.kind

    @property
    def worked(self) -> str:
        return f"{self.name}:worked"

    def bounded(self, scale: int, low: int | None = None, high: int | None = None) -> Column:
        """The same column at another scale and between other bounds, as far as the fact's own allow."""
        most = _MOST.get(self.kind, 0) * 10**scale
        allowed = self.fact.allowed
        lowest, highest = (-most if low is None else low), (most if high is None else high)
        if self.kind in NUMERIC:
            if self.kind == Kind.COUNT:
                lowest = max(lowest, 0)
            if isinstance(allowed.low, Rational):
                lowest = max(lowest, int(-(-allowed.low.numerator * 10**scale // allowed.low.denominator)))
            if isinstance(allowed.high, Rational):
                highest = min(highest, int(allowed.high.numerator * 10**scale // allowed.high.denominator))
        return replace(self, scale=scale, low=lowest, high=max(lowest, highest))

    def value(self, table: str = "") -> Value:
        """The column as a value, of the table or alias given."""
        sql = f"{table}.{name(self.name)}" if table else name(self.name)
        if self.kind == Kind.DATE:
            worked = f"{table}.{name(self.worked)}" if table else name(self.worked)
            return Day(sql, True, worked if self.counted else "")
        if self.kind == Kind.FLAG:
            return Flag(sql)
        if self.kind in NUMERIC:
            return points(Int(sql, self.low, self.high), self.scale)
        return Word(sql)


@dataclass(frozen=True, slots=True)
class Table:
    """A table's columns by name; ``key`` is the field that names its records."""

    name: str
    columns: Mapping[str, Column]
    key: str = ""


@dataclass(frozen=True)
class Layout:
    """The tables of one ruleset. ``waived`` are the rules for which there may be waivers; ``of_people`` says that people
    and their programs wrote the texts, so that these are read by the conventions of cells."""

    ruleset: Ruleset
    main: Table
    lists: Mapping[str, Table]
    waived: frozenset[str]
    most_records: int = MOST_RECORDS
    bounds: Mapping[str, Exact] = field(default_factory=dict)
    of_people: bool = False

    def tables(self) -> Iterator[Table]:
        yield self.main
        yield from self.lists.values()

    def columns(self) -> Iterator[str]:
        """Every way to write a column or the table it is in, for any of the tables."""
        for table in self.tables():
            yield table.name
            for text, column in table.columns.items():
                yield from (text, column.fact.label.zh, column.fact.label.en)

    def headings(self, table: str) -> frozenset[str]:
        """Every name and label of the table's columns."""
        if table in BESIDE:
            return frozenset(BESIDE[table])
        if table not in (MAIN, *self.lists):
            return frozenset()
        columns = (self.main if table == MAIN else self.lists[table]).columns
        labels = [one.fact.label for one in columns.values()]
        return frozenset([*columns, *(one.zh for one in labels), *(one.en for one in labels)])

    def judged(self) -> list[Criterion]:
        return [one for one in self.ruleset.criteria.values() if one.is_judged]

    def unseen(self) -> list[Criterion]:
        return [one for one in self.ruleset.criteria.values() if isinstance(one.score, Unseen)]

    def waived_of(self, rule: Rule) -> bool:
        return rule.id in self.waived


def layout_of(ruleset: Ruleset) -> Layout:
    """The tables with the scales and bounds that hold where no data have been seen."""
    _check_names(ruleset)
    counted = ruleset.calendar_facts

    def column(text: str, fact: Fact) -> Column:
        units = {Kind.MONEY: (ruleset.money_unit,), Kind.DAYS: ("天", "日"), Kind.POINTS: ("分",)}
        made = Column(
            text,
            fact,
            counted=fact.type.kind == Kind.DATE and fact.name in counted,
            units=units.get(fact.type.kind, ()),
        )
        return made.bounded(_scale(fact, ruleset))

    main = Table(MAIN, {fact.name: column(fact.name, fact) for fact in ruleset.schema.scalars()})
    lists = {
        text: Table(text, {one: column(one, fact) for one, fact in records.fields.items()}, records.key)
        for text, records in ruleset.schema.lists.items()
    }
    waivable = frozenset(rule.id for rule in ruleset.rules if rule.waivable)
    return Layout(ruleset, main, lists, waivable)


def _check_names(ruleset: Ruleset) -> None:
    """What cannot be called as one of the portfolio's own tables or columns."""
    schema = ruleset.schema
    own = {MAIN, *BESIDE, *OWN_TABLES}

    def among(taken: Collection[str], text: str) -> bool:
        return text.casefold() in taken  # the database knows no capitals

    kinds = {
        Text("记录列表", "a record list"): [one for one in schema.lists if among(own, one)],
        Text("事实", "a fact"): [one.name for one in schema.scalars() if among(HEAD, one.name)],
        Text("字段", "a field"): [
            f"{text}.{one}"
            for text, records in schema.lists.items()
            for one in records.fields
            if among((KEY,), one)
        ],
        Text("指标", "a criterion"): [one for one in ruleset.criteria if one == KEY],
    }
    problems = [
        Problem(
            "P001",
            Text(f"列式计算不支持名为 {one} 的{kind.zh}", f"the columns cannot say {kind.en} called '{one}'"),
            ruleset.root.position,
            one,
            Text("改名，或用 audit score 逐个评分", "rename it, or score one by one with 'audit score'"),
        )
        for kind, taken in kinds.items()
        for one in taken
    ]
    if problems:
        raise RulesetError(problems)


def _scale(fact: Fact, ruleset: Ruleset) -> int:
    return {
        Kind.MONEY: ruleset.money_decimals, Kind.POINTS: max(2, ruleset.decimals), Kind.NUMBER: 4, Kind.RATIO: 6
    }.get(fact.type.kind, 0)  # fmt: skip


def points_decimals(ruleset: Ruleset) -> int:
    """The decimals in which every number of points of the ruleset is whole."""
    from engine.language.numbers import terminating_decimals

    stated = [node.points for node in ruleset.root.subtree()]
    stated += [node.bonus_at_most for node in ruleset.root.subtree() if node.bonus_at_most is not None]
    return max([ruleset.decimals, *(terminating_decimals(one) or 0 for one in stated)])


def judged_column(node: Criterion) -> str:
    """The column of an assessor's number for the criterion."""
    return f"{node.id}:judged"


def claimed_column(node: Criterion) -> str:
    """The column of the points claimed for the criterion."""
    return f"{node.id}:claimed"
