"""How many departments a second are scored by a ruleset of 100 rules, beside other engines in the same run.

Two rulesets (see ``ruleset.py``): *mixed* is like a published table, with rules of ten shapes, a fifth of them
once for each of three contracts, and criteria that start from rates and bands; *plain* has one comparison or
flag a rule, and no records. Departments are made by formula; their facts are read and validated before the
clock starts, and so are the forms of them that other engines want.

Ours are measured three ways: the direct evaluation alone (every condition decided, every operand kept), the
whole score by direct evaluation (with ledger, balance and grade), and the product's main path, in which
durable-rules decides and is reconciled with the direct evaluation. The others compute no more than the total;
zen-engine keeps its trace in the line that says so.

A line of the table: the median over interleaved rounds, its ratio to our direct score (the median of each
round's ratio), and whether all totals are ours. Where an engine computes in floats, sums of scores with two
decimals are off in the last places of the float: these are compared within 0.0005 points, all others exactly.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from benchmarks import engines
from benchmarks.measuring import interleaved, machine, median_ratio, show
from benchmarks.ruleset import MIXED, PLAIN, Mix, department, ruleset
from engine.inference.direct import evaluate
from engine.language.numbers import Rational
from engine.scoring import Scorer, score_directly

DEPARTMENTS = 200
ROUNDS, SLICE_SECONDS = 7, 0.25
FLOATS_AGREE = Rational(1, 2000)

OURS = "ours: score by direct evaluation, traced"


def main() -> None:
    """Measure both rulesets, and print a table for each."""
    print(machine())
    for mix in (MIXED, PLAIN):
        measure(mix)


def measure(mix: Mix) -> None:
    of = ruleset(mix)
    departments = [department(mix, number) for number in range(DEPARTMENTS)]
    facts = [one.facts(of) for one in departments]
    scorer = Scorer(of)
    contenders: dict[str, Callable[[int], Any]] = {
        OURS: lambda number: score_directly(of, facts[number % DEPARTMENTS]).total,
        "ours: main path, durable-rules reconciled": lambda number: (
            scorer.score(facts[number % DEPARTMENTS]).total
        ),
        "zen-engine, traced": engines.zen(mix, departments, trace=True),
        "zen-engine, no trace": engines.zen(mix, departments, trace=False),
        "rule-engine": engines.rule_engine(mix, departments),
        "durable-rules by hand, floats": engines.durable(mix, departments),
        "plain Python by hand, exact, no trace": engines.python(mix, departments, Rational),
        "plain Python by hand, floats, no trace": engines.python(mix, departments, float),
    }
    totals = {
        name: [_exact(call(number)) for number in range(DEPARTMENTS)] for name, call in contenders.items()
    }
    decisions_only = "ours: direct evaluation, traced, without ledger"
    rates = interleaved(
        {**contenders, decisions_only: lambda number: evaluate(of, facts[number % DEPARTMENTS])},
        rounds=ROUNDS,
        slice_seconds=SLICE_SECONDS,
    )
    rows = [
        [
            name,
            f"{statistics.median(rates[name]):,.0f}",
            f"{median_ratio(rates[OURS], rates[name]):.3g}",
            _agreement(totals, name),
        ]
        for name in (OURS, decisions_only, *(name for name in contenders if name != OURS))
    ]
    decided = evaluate(of, facts[0]).decisions
    print(
        f"\n{mix.name}: {len(of.rules)} rules, {sum(len(one or ()) for one in decided)} decisions a department, "
        f"{sum(1 for _ in of.schema.scalars())} facts; {_mean(of, facts, 'fired'):.1f} rules fire and "
        f"{_mean(of, facts, 'lines'):.1f} lines are written on average\n"
    )
    show(["engine", "departments/s", "ratio to ours", "totals"], rows)


def _exact(total: Any) -> Any:
    return Rational(total) if isinstance(total, Decimal) else total


def _agreement(totals: Mapping[str, list[Any]], name: str) -> str:
    if name not in totals:
        return ""
    pairs = list(zip(totals[name], totals[OURS], strict=True))
    if all(theirs == (float(ours) if isinstance(theirs, float) else ours) for theirs, ours in pairs):
        return "equal"
    if isinstance(pairs[0][0], float) and all(abs(Rational(a) - b) < FLOATS_AGREE for a, b in pairs):
        return "equal within rounding"
    return f"{sum(a != b for a, b in pairs)} of {len(pairs)} DIFFER"


def _mean(of: Any, facts: list[Any], what: str) -> float:
    scorings = [score_directly(of, one) for one in facts]
    counts = [len(one.lines if what == "lines" else one.evaluation.fired) for one in scorings]
    return statistics.mean(counts)


if __name__ == "__main__":
    main()
