"""Rulesets of 100 rules and departments to score with them, made by formula.

The shapes of the rules are those that published tables are full of: ratio thresholds, steps above a ratio,
amounts, days and working days, flags, either-or, and deductions for each of three contracts. Every ruleset
has 20 criteria of 5 points in four branches, with five rules each; a :class:`Mix` says of which shapes, and
what the criteria start from. The same rules can be written for other engines: a :class:`Dialect` says how
each writes a number, a percentage and steps.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from engine.errors import FactsError, RulesetError
from engine.facts.model import Facts
from engine.facts.reading import read_facts
from engine.language.calendar import working_days
from engine.ruleset.building import build_ruleset
from engine.ruleset.model import Ruleset
from engine.source import parse_source

CRITERIA, RULES_EACH, RECORDS = 20, 5, 3
CRITERION_POINTS = Decimal(5)
BANDS = (("0.95", "5"), ("0.8", "4"), ("0.5", "2.5"))
"""From which rate on how many points; 0 below."""


Start = Literal["rate", "bands", "points"]


@dataclass(frozen=True)
class Mix:
    """What a ruleset is made of: ``groups`` of eight facts, the shapes of :func:`rule`, and for each
    criterion in turn what it starts with before its deductions."""

    name: str
    groups: int
    shapes: tuple[int, ...]
    starts: tuple[Start, ...]

    def group(self, criterion: int) -> str:
        return f"g{criterion % self.groups}"

    def start(self, criterion: int) -> Start:
        return self.starts[criterion % len(self.starts)]


MIXED = Mix("mixed", 10, tuple(range(10)), ("rate", "bands", "points", "points"))
"""Like a published table: all shapes, a fifth of the rules once a contract, half the criteria start from a rate."""

PLAIN = Mix("plain", 4, (0, 2, 3, 6, 10), ("points",))
"""One comparison of two or three facts a rule, or a flag, and nothing else."""


@dataclass(frozen=True)
class Dialect:
    """How an engine writes what engines write differently."""

    number: Callable[[str], str] = str
    percent: Callable[[str], str] = str
    """Given the ratio as a decimal."""
    steps: Callable[[str, str], str] = "floor(({}) / {})".format
    days: Callable[[str, str], str] = "{0}_days".format
    """Given two dates by name. Only our language counts days itself, the others read the count as a fact."""
    workdays: Callable[[str, str], str] = "{0}_workdays".format


@dataclass(frozen=True)
class Comparison:
    """``left operator right``; a flag alone has no right side, and ``wanted`` says which way."""

    left: str
    operator: str = ""
    right: str = ""
    wanted: bool = True

    def __str__(self) -> str:
        if self.operator:
            return f"{self.left} {self.operator} {self.right}"
        return self.left if self.wanted else f"not {self.left}"


@dataclass(frozen=True)
class Rule:
    """One deduction. ``each``: once for every contract, whose fields the texts call by ``r.``."""

    comparisons: tuple[Comparison, ...]
    deduct: str
    joined: Literal["and", "or"] = "and"
    each: bool = False
    at_most: str = ""

    @property
    def when(self) -> str:
        return f" {self.joined} ".join(str(one) for one in self.comparisons)


def rules(dialect: Dialect, mix: Mix) -> list[list[Rule]]:
    """For each criterion its rules."""
    return [
        [rule(dialect, mix, criterion, place) for place in range(RULES_EACH)] for criterion in range(CRITERIA)
    ]


def rule(dialect: Dialect, mix: Mix, criterion: int, place: int) -> Rule:
    """The rule at ``place`` in ``criterion``; thresholds move a little with the criterion."""
    d, g = dialect, mix.group(criterion)
    rate, carried = f"{g}.spent / {g}.planned", f"{g}.carried / {g}.planned"
    late, late_workdays = d.days(f"{g}.due", f"{g}.done"), d.workdays(f"{g}.due", f"{g}.done")
    limit = d.percent(str(Decimal(10 + criterion) / 100))
    large = Comparison(f"{g}.spent", ">", d.number(str(4700 - 10 * criterion)))
    match mix.shapes[(3 * criterion + place) % len(mix.shapes)]:
        case 0:
            low = d.percent(str(Decimal(95 - criterion) / 100))
            return Rule((Comparison(rate, "<", low),), d.number("0.5"))
        case 1:
            steps = d.steps(f"{carried} - {limit}", d.percent("0.01"))
            return Rule(
                (Comparison(carried, ">", limit),), f"{d.number('0.1')} * {steps}", at_most=d.number("2")
            )
        case 2:
            return Rule((Comparison(f"{g}.spent", ">", f"{g}.planned + {g}.carried"),), d.number("1"))
        case 3:
            return Rule((large, Comparison(f"{g}.approved", wanted=False)), d.number("0.5"))
        case 4:
            amount = f"{d.number('0.2')} * {d.steps(late, d.number('1'))}"
            return Rule((Comparison(late, ">", d.number("0")),), amount, at_most=d.number("1"))
        case 5:
            return Rule((Comparison(late_workdays, ">", d.number(str(3 + criterion % 5))),), d.number("0.5"))
        case 6:
            return Rule((Comparison(f"{g}.published", wanted=False),), d.number("1"))
        case 7:
            nothing = Comparison(f"{g}.spent", "==", d.number("0"))
            few = Comparison(f"{g}.staff", "<", d.number(str(3 + criterion % 3)))
            return Rule((nothing, few), d.number("1"), joined="or")
        case 8:
            dear = Comparison("r.amount", ">", "r.price")
            return Rule((dear, Comparison("r.competed", wanted=False)), d.number("0.3"), each=True)
        case 9:
            filed = Comparison(d.workdays("r.signed", "r.filed"), ">", d.number(str(7 + criterion % 2)))
            return Rule((filed,), d.number("0.2"), each=True, at_most=d.number("0.5"))
    return Rule((large,), d.number("0.3"))


# The ruleset in our own language

OURS = Dialect(
    percent=lambda ratio: f"{(Decimal(ratio) * 100).normalize():f}%",
    steps="whole_steps({}, {})".format,
    days="days({}, {})".format,
    workdays="workdays({}, {})".format,
)


def ruleset_text(mix: Mix) -> str:
    """The ruleset as an editor would write it."""
    lines = [
        f"ruleset: benchmark/{mix.name}",
        "title: Benchmark",
        "year: 2024",
        "money: {unit: 万元, decimals: 2}",
        "points: {total: 100, decimals: 2, rounding: half_up}",
        "grades: [{from: 90, grade: A}, {from: 60, below: 90, grade: B}, {below: 60, grade: C}]",
        "facts:",
    ]
    for group in range(mix.groups):
        fields = {
            "planned": "money, at_least: 0.01", "spent": "money, at_least: 0", "carried": "money, at_least: 0",
            "due": "date", "done": "date", "approved": "flag", "published": "flag", "staff": "count",
        }  # fmt: skip
        lines += [f"  g{group}:", f"    label: group {group}", "    fields:"]
        lines += [f"      {name}: {{label: {name} {group}, type: {type_}}}" for name, type_ in fields.items()]
    lines += ["  contracts:", "    label: contracts", "    records: {key: id}", "    fields:"]
    columns = {
        "id": "text",
        "signed": "date",
        "filed": "date",
        "amount": "money",
        "price": "money",
        "competed": "flag",
    }
    lines += [f"      {name}: {{label: {name}, type: {type_}}}" for name, type_ in columns.items()]
    lines += ["measures:"]
    lines += [f"  rate{n}: {{label: rate {n}, value: g{n}.spent / g{n}.planned}}" for n in range(mix.groups)]
    lines += ["criteria:"]
    for branch in range(4):
        lines += [f"  - id: branch{branch}", f"    title: branch {branch}", "    points: 25", "    criteria:"]
        for criterion in range(branch * 5, branch * 5 + 5):
            lines += [f"      {line}" for line in _criterion_lines(mix, criterion)]
    return "\n".join(lines) + "\n"


def _criterion_lines(mix: Mix, criterion: int) -> list[str]:
    measure = mix.group(criterion).replace("g", "rate")
    lines = [f"- id: c{criterion}", f"  title: criterion {criterion}", f"  points: {CRITERION_POINTS}"]
    if mix.start(criterion) == "rate":
        lines.append(f"  score: points * min({measure}, 100%)")
    elif mix.start(criterion) == "bands":
        lines += ["  score:", f"    of: {measure}", "    bands:"]
        above = ""
        for low, points in BANDS:
            lines.append(f"      - {{from: {OURS.percent(low)}{above}, earn: {points}}}")
            above = f", below: {OURS.percent(low)}"
        lines.append(f"      - {{{above.removeprefix(', ')}, earn: 0}}")
    lines.append("  deductions:")
    for place in range(RULES_EACH):
        one = rule(OURS, mix, criterion, place)
        each = ", each: contracts" if one.each else ""
        cap = f", at_most: {one.at_most}" if one.at_most else ""
        when, deduct = one.when.replace("r.", ""), one.deduct
        lines.append(
            f"    - {{id: c{criterion}_{place}{each}, when: '{when}', deduct: '{deduct}'{cap}, because: late or short}}"
        )
    return lines


def ruleset(mix: Mix) -> Ruleset:
    """The ruleset, loaded as any other."""
    return build_ruleset(parse_source(ruleset_text(mix).encode(), "benchmark.yaml", RulesetError))


# Departments


@dataclass(frozen=True)
class Department:
    """Facts as texts, truths and dates, by name; groups and contracts. From these come every engine's own."""

    number: int
    groups: Mapping[str, Mapping[str, str | bool | date]]
    contracts: tuple[Mapping[str, str | bool | date], ...]

    def facts(self, of: Ruleset) -> Facts:
        """The department's facts, read from a facts file's text and found usable."""
        lines = [f"department: department {self.number}", "year: 2024", f"ruleset: {of.id}", "facts:"]
        lines += [f"  {name}: {_flow(group)}" for name, group in self.groups.items()]
        lines += ["  contracts:", *(f"    - {_flow(contract)}" for contract in self.contracts)]
        text = "\n".join(lines)
        return read_facts(parse_source(text.encode(), "department.yaml", FactsError), of)

    def values(self, number: Callable[[str], object]) -> dict[str, object]:
        """The facts for other engines, numbers made by ``number``, with days and working days counted."""
        groups = {name: _values(group, number, ("due", "done")) for name, group in self.groups.items()}
        contracts = [_values(contract, number, ("signed", "filed")) for contract in self.contracts]
        return {**groups, "contracts": contracts}


def _flow(values: Mapping[str, str | bool | date]) -> str:
    shown = (
        f"{name}: {str(value).lower() if isinstance(value, bool) else value}"
        for name, value in values.items()
    )
    return f"{{{', '.join(shown)}}}"


def _values(
    values: Mapping[str, str | bool | date], number: Callable[[str], object], dates: tuple[str, str]
) -> dict[str, object]:
    first, last = values[dates[0]], values[dates[1]]
    assert isinstance(first, date)
    assert isinstance(last, date)
    plain = {
        name: number(value) if isinstance(value, str) and name != "id" else value
        for name, value in values.items()
        if not isinstance(value, date)
    }
    counted = {
        f"{dates[0]}_days": number(str((last - first).days)),
        f"{dates[0]}_workdays": number(str(int(working_days(first, last)))),
    }
    return {**plain, **counted}


def department(mix: Mix, number: int) -> Department:
    """The department of this number; six or seven of its hundred rules fire."""
    draw = random.Random(number)
    groups = {f"g{group}": _group(draw) for group in range(mix.groups)}
    return Department(number, groups, tuple(_contract(draw, index) for index in range(RECORDS)))


def _group(draw: random.Random) -> dict[str, str | bool | date]:
    planned = draw.randint(10_000, 500_000)
    due = date(2024, 3, 1) + timedelta(days=draw.randrange(200))
    return {
        "planned": _money(planned),
        "spent": _money(planned * draw.randint(86, 101) // 100 + draw.randint(0, 99)),
        "carried": _money(planned * draw.randint(0, 15) // 100),
        "due": due,
        "done": due + timedelta(days=draw.randint(-30, 4)),
        "approved": draw.random() < 0.9,
        "published": draw.random() < 0.95,
        "staff": str(draw.randint(4, 80)),
    }


def _contract(draw: random.Random, index: int) -> dict[str, str | bool | date]:
    signed = date(2024, 2, 1) + timedelta(days=draw.randrange(200))
    price = draw.randint(1_000, 90_000)
    return {
        "id": f"HT-{index + 1:02}",
        "signed": signed,
        "filed": signed + timedelta(days=draw.randint(1, 11)),
        "amount": _money(price * draw.randint(70, 103) // 100),
        "price": _money(price),
        "competed": draw.random() < 0.85,
    }


def _money(hundredths: int) -> str:
    return str(Decimal(hundredths) / 100)
