"""The columns in which a ruleset is computed: named, each after those it reads, and their text as a query.

A record list is scanned once for everything that reads only facts; what reads a measure of the same
department is gathered in a later scan. A column belongs to the measure, rule or criterion it is named
after, so that the query reads in the order of the ruleset.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from engine.portfolio.integers import Int, narrowed
from engine.portfolio.layout import KEY
from engine.portfolio.quoting import name
from engine.portfolio.values import Day, Exact, Flag, Interval, Number, Value, Word

ALIAS = "m"
"""The department's row beside a record."""

_NAMES = re.compile(r"""'(?:[^']|'')*'|(?:(?P<alias>\w+)\.)?(?P<name>"(?:[^"]|"")*"|[^\W\d]\w*)""")


@dataclass(frozen=True, slots=True)
class Group:
    """What columns belong to, with a line for the reader."""

    name: str
    note: str = ""


@dataclass(slots=True)
class ComputedColumn:
    name: str
    sql: str
    reads: frozenset[str]
    group: Group
    level: int


@dataclass(slots=True)
class Scan:
    """What one pass over a record list gathers for each department. ``level`` 0 reads facts alone."""

    records: str
    level: int
    reads: set[str] = field(default_factory=set)
    columns: dict[str, tuple[str, str]] = field(default_factory=dict)
    """The aggregate of each column, and its value where there are no records."""


class Columns:
    """Computed columns in the order in which they were asked for."""

    def __init__(self, raw: set[str]) -> None:
        self.raw = raw
        self.computed: dict[str, ComputedColumn] = {}
        self.scans: dict[tuple[str, int], Scan] = {}
        self.levels: dict[str, int] = dict.fromkeys(raw, 0)
        self.rows: dict[str, dict[str, str]] = {}
        """For each list, values of its records that are computed before they are gathered."""
        self.group = Group("values")

    @contextmanager
    def within(self, group: Group) -> Iterator[None]:
        """Columns made within belong to ``group``."""
        before, self.group = self.group, group
        try:
            yield
        finally:
            self.group = before

    def reads(self, sql: str, alias: str = "") -> frozenset[str]:
        """The known columns that a text names, by the alias given."""
        found: set[str] = set()
        for match in _NAMES.finditer(sql):
            if match["name"] and (match["alias"] or "") == alias:
                text = match["name"]
                text = text[1:-1].replace('""', '"') if text.startswith('"') else text
                if text in self.levels:
                    found.add(text)
        return frozenset(found)

    # Defining

    def store(self, text: str, made: Value) -> Value:
        """A value kept in columns called ``text``."""
        match made:
            case Interval(low=low, high=high):
                return Interval(
                    self._number(f"{text}:low", low), self._number(f"{text}:high", high), made.sure
                )
            case Exact():
                return self._number(text, made)
            case Flag():
                return self.flag(text, made)
            case Day():
                worked = self._column(f"{text}:worked", made.worked) if made.worked else ""
                return Day(self._column(text, made.sql), made.sure, worked)
            case Word():
                return Word(self._column(text, made.sql), made.sure)

    def flag(self, text: str, made: Flag) -> Flag:
        return made if made.value is not None else Flag(self._column(text, made.sql), made.sure)

    def number(self, text: str, made: Number) -> Number:
        kept = self.store(text, made)
        assert isinstance(kept, (Exact, Interval))
        return kept

    def whole(self, text: str, made: Int) -> Int:
        if made.value is not None:
            return made
        kept = narrowed(made)
        return Int(self._column(text, kept.sql), made.low, made.high, kept.huge, made.sure)

    def _number(self, text: str, made: Exact) -> Exact:
        if made.fixed is not None:
            return Exact(self.whole(text, made.number), made.denominator, made.low, made.high)
        return Exact(
            self.whole(f"{text}:numerator", made.number),
            self.whole(f"{text}:denominator", made.denominator),
            made.low,
            made.high,
        )

    def _column(self, text: str, sql: str) -> str:
        known = next((one for one in self.levels if name(one) == sql), None)
        if known is not None:
            return sql
        assert text not in self.levels, text
        reads = self.reads(sql)
        level = max([1, *(self.levels[one] for one in reads)])
        self.computed[text] = ComputedColumn(text, sql, reads, self.group, level)
        self.levels[text] = level
        return name(text)

    # Gathering

    def row(self, records: str, sql: str) -> str:
        """A value of each record of the list, computed once; seen through the alias ``r``."""
        rows = self.rows.setdefault(records, {})
        known = next((text for text, other in rows.items() if other == sql), None)
        if known is None:
            known = f"{records}:{len(rows) + 1}"
            rows[known] = sql
        return f"r.{name(known)}"

    def row_source(self, records: str, texts: Iterable[str], beside: str) -> str:
        """The list with the values that the texts read; ``beside`` is the department's table."""
        rows = self.rows.get(records, {})
        needed: set[str] = set()
        pending = list(texts)
        while pending:
            text = pending.pop()
            for one in rows:
                if one not in needed and f"r.{name(one)}" in text:
                    needed.add(one)
                    pending.append(rows[one])
        source, done = name(records), set[str]()
        while done < needed:
            layer = [
                one
                for one in rows
                if one in needed - done
                and not any(f"r.{name(other)}" in rows[one] for other in needed - done if other != one)
            ]
            join = (
                f" JOIN {name(beside)} AS m USING ({KEY})"
                if any(self.reads(rows[one], ALIAS) for one in layer)
                else ""
            )
            lines = "".join(f",\n        {rows[one]} AS {name(one)}" for one in layer)
            source = f"(\n    SELECT r.*{lines}\n    FROM {source} AS r{join}\n)"
            done |= set(layer)
        return source

    def scan_of(self, records: str, texts: Iterable[str]) -> Scan:
        """The scan of the list that can read the columns that these texts name."""
        reads: set[str] = set()
        pending = list(texts)
        while pending:
            text = pending.pop()
            reads |= self.reads(text, ALIAS)
            pending += [sql for one, sql in self.rows.get(records, {}).items() if f"r.{name(one)}" in text]
        level = max([0, *(self.levels[one] for one in reads)])
        scan = self.scans.setdefault((records, level), Scan(records, level))
        scan.reads |= reads
        return scan

    def gathered(self, scan: Scan, text: str, sql: str, empty: str) -> str:
        """The column that the aggregate ``sql`` of the scan makes; ``empty`` where there are no records."""
        known = next(
            (one for one, (other, none) in scan.columns.items() if (other, none) == (sql, empty)), None
        )
        if known is not None:
            return name(known)
        while text in self.levels:
            text = f"{text}'"
        scan.columns[text] = (sql, empty)
        self.levels[text] = scan.level + 1
        return name(text)


@dataclass(frozen=True, slots=True)
class Step:
    """One common table expression of the query."""

    name: str
    sql: str
    note: str = ""
    materialized: bool = False


def steps(columns: Columns, *, readable: bool) -> list[Step]:
    """The query as steps; the last holds every column. ``readable`` ones are named after what they compute,
    the others merged as far as they do not read each other, which is quicker."""
    made: list[Step] = []
    current = "main"
    deepest = max(
        [0, *(scan.level for scan in columns.scans.values()), *(c.level for c in columns.computed.values())]
    )
    for level in range(deepest + 1):
        if level > 0:
            for name_, note, members in _layers(columns, level, readable):
                lines = ",\n    ".join(["*", *(f"{one.sql} AS {name(one.name)}" for one in members)])
                title = _unused(name_, made)
                made.append(Step(title, f"SELECT\n    {lines}\nFROM {name(current)}", note))
                current = title
        scans = [scan for scan in columns.scans.values() if scan.level == level]
        if not scans:
            continue
        if level > 0:
            last = made[-1]
            made[-1] = Step(last.name, last.sql, last.note, True)
        before, joins, outer = current, [], []
        for scan in scans:
            title = _unused(f"{scan.records}_of_department", made)
            made.append(Step(title, _scan_sql(columns, scan, before), ""))
            joins.append(f"LEFT JOIN {name(title)} USING ({KEY})")
            outer += [
                f"coalesce({name(text)}, {empty}) AS {name(text)}" if empty != "NULL" else name(text)
                for text, (_, empty) in scan.columns.items()
            ]
        title = _unused("gathered", made)
        columns_text = ",\n    ".join([f"{name(before)}.*", *outer])
        joined = "\n".join(joins)
        made.append(Step(title, f"SELECT\n    {columns_text}\nFROM {name(before)}\n{joined}"))
        current = title
    return made


def _unused(text: str, made: list[Step]) -> str:
    taken = {one.name for one in made} | {"main"}
    number, title = 1, text
    while title in taken:
        number += 1
        title = f"{text}_{number}"
    return title


def _scan_sql(columns: Columns, scan: Scan, before: str) -> str:
    aggregates = ",\n    ".join(
        [f"r.{KEY}", *(f"{sql} AS {name(text)}" for text, (sql, _) in scan.columns.items())]
    )
    join = f"\nJOIN {name(before)} AS m USING ({KEY})" if scan.reads else ""
    source = columns.row_source(scan.records, [sql for sql, _ in scan.columns.values()], before)
    return f"SELECT\n    {aggregates}\nFROM {source} AS r{join}\nGROUP BY r.{KEY}"


def _layers(columns: Columns, level: int, readable: bool) -> Iterator[tuple[str, str, list[ComputedColumn]]]:
    members = [one for one in columns.computed.values() if one.level == level]
    if not readable:
        depth: dict[str, int] = {}
        layers: dict[int, list[ComputedColumn]] = {}
        for one in members:
            depth[one.name] = 1 + max([0, *(depth.get(read, 0) for read in one.reads)])
            layers.setdefault(depth[one.name], []).append(one)
        for number in sorted(layers):
            yield f"step_{level}_{number}", "", layers[number]
        return
    batch: list[ComputedColumn] = []
    names: set[str] = set()
    for one in members:
        if batch and (one.group != batch[0].group or one.reads & names):
            yield batch[0].group.name, batch[0].group.note, batch
            batch, names = [], set()
        batch.append(one)
        names.add(one.name)
    if batch:
        yield batch[0].group.name, batch[0].group.note, batch
