"""A million departments through the direct evaluation and through the columns, and every difference told.

    python -m benchmarks.portfolio_differential [--departments N] [--processes N]

Departments stand near the thresholds: a few hundred of each ruleset are drawn by the product's own
strategies, then recombined, group by group and list by list, those that an accounting identity ties staying
together. Totals, points by criterion, grade, every ledger line and the reasons of rejects are compared.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from engine.errors import AuditError
from engine.facts.identities import check_identities
from engine.facts.model import Facts
from engine.language.terms import Gather, Read, walk
from engine.ledger.scoring import Scoring
from engine.portfolio.workspace import ARITHMETIC
from engine.ruleset.library import Library
from engine.ruleset.model import Ruleset
from engine.scoring import score_directly

TESTS = Path(__file__).parent.parent / "tests"
POOL, BATCH = 300, 10_000
SHARES = {"guangdong/2024": 40, "shipped": 5, "shapes": 0.52}
"""Of a hundred departments those of one ruleset; roughly 40 + 6 × 5 + 59 × 0.52."""


@dataclass(frozen=True, slots=True)
class Outcome:
    ruleset: str
    departments: int
    scored: int
    rejected: int
    one_by_one: int
    seconds_direct: float
    seconds_columns: float
    differences: tuple[str, ...]


def load(name: str) -> Ruleset:
    return Library((TESTS,)).load(name)


def pool_of(ruleset: Ruleset, count: int, seed_: int) -> list[Facts]:
    """Departments drawn by the product's strategies."""
    from hypothesis import HealthCheck, Phase, given, seed, settings

    from engine.testing.strategies import departments, facts_from

    drawn: list[Facts] = []

    @settings(max_examples=count, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))  # fmt: skip
    @seed(seed_)
    @given(departments(ruleset))
    def collect(document: dict[str, Any]) -> None:
        drawn.append(facts_from(document, ruleset))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        collect()
    return drawn


class Recombined:
    """Departments made of parts of those in a pool."""

    def __init__(self, ruleset: Ruleset, pool: Sequence[Facts], random_: random.Random) -> None:
        self.ruleset, self.pool, self.random = ruleset, pool, random_
        self.parts = list(_parts(ruleset))
        self.keys = {
            name: (one.records.slot, one.fields[one.key].place) for name, one in ruleset.schema.lists.items()
        }

    def one(self) -> Facts:
        base, choose = self.random.choice(self.pool), self.random
        slots = list(base.slots)
        waivers = dict(base.waivers)
        # Now and then a department of the pool as it is.
        for part in self.parts if choose.random() < 0.95 else ():
            if choose.random() < 0.5:
                other = choose.choice(self.pool)
                for slot in part:
                    slots[slot] = other.slots[slot]
                if choose.random() < 0.3:
                    waivers |= other.waivers
        judgements = {name: choose.choice(self.pool).judgements[name] for name in base.judgements}
        claimed = {name: choose.choice(self.pool).claimed[name] for name in base.claimed}
        kept = {pair: one for pair, one in waivers.items() if self.has(pair, slots)}
        return replace(base, slots=tuple(slots), waivers=kept, judgements=judgements, claimed=claimed)

    def has(self, pair: tuple[str, str], slots: Sequence[Any]) -> bool:
        rule = self.ruleset.rule(pair[0])
        if rule is None or rule.each is None:
            return True
        slot, place = self.keys[rule.each.name]
        return any(record[place] == pair[1] for record in slots[slot])


def _parts(ruleset: Ruleset) -> Iterator[tuple[int, ...]]:
    """The slots that are taken from one department together: a group, a list, or what an identity ties."""
    groups = [{fact.place for fact in group.facts.values()} for group in ruleset.schema.groups.values()]
    groups += [{fact.place} for fact in ruleset.schema.facts.values()]
    groups += [{one.records.slot} for one in ruleset.schema.lists.values()]
    for identity in ruleset.identities:
        if not identity.blocking:
            continue
        read = {one.scalar.slot for one in walk(identity.holds.term) if isinstance(one, Read)}
        read |= {one.records.slot for one in walk(identity.holds.term) if isinstance(one, Gather)}
        tied = [group for group in groups if group & read]
        groups = [group for group in groups if not group & read]
        groups += [set[int]().union(*tied)] if tied else []
    for group in groups:
        yield tuple(sorted(group))


def scored(ruleset: Ruleset, facts: Facts) -> Scoring | AuditError:
    try:
        return score_directly(ruleset, check_identities(facts, ruleset))
    except AuditError as error:
        return error


def run_batch(task: tuple[str, int, int]) -> Outcome:
    """One batch of one ruleset, both ways."""
    import duckdb

    from engine.portfolio.comparing import results_of
    from engine.portfolio.loading import RawTables
    from engine.portfolio.scoring import Portfolio
    from tests.portfolio.differential import differences

    name, count, seed_ = task
    ruleset = load(name)
    recombined = Recombined(ruleset, pool_of(ruleset, POOL, seed_), random.Random(seed_))
    departments = [recombined.one() for _ in range(count)]
    began = time.perf_counter()
    expected = [scored(ruleset, one) for one in departments]
    direct = time.perf_counter() - began
    began = time.perf_counter()
    connection = duckdb.connect(config={"threads": 1})
    connection.execute(ARITHMETIC)
    portfolio = Portfolio(connection, ruleset)
    tables = RawTables(portfolio.layout)
    tables.create(connection)
    for number, one in enumerate(departments):
        tables.add_facts(one, f"d{number}", number)
    tables.insert(connection)
    counts = portfolio.score()
    results, rejects = results_of(portfolio)
    columns = time.perf_counter() - began
    found = tuple(differences(expected, results, rejects))
    return Outcome(name, counts.read, counts.scored, counts.rejected, counts.direct, direct, columns, found)


def tasks(total: int) -> list[tuple[str, int, int]]:
    """Batches of every shipped ruleset and every shape."""
    names = list(Library((TESTS,)).ids())
    made: list[tuple[str, int, int]] = []
    for name in names:
        share = SHARES.get(name, SHARES["shapes" if name.startswith("shapes/") else "shipped"])
        left = max(1, -(-int(total * share) // 100))
        while left > 0:
            made.append((name, min(BATCH, left), len(made) + 1))
            left -= BATCH
    return made


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--departments", type=int, default=1_000_000)
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    began = time.perf_counter()
    by_ruleset: dict[str, list[Outcome]] = {}
    with get_context("spawn").Pool(arguments.processes, maxtasksperchild=4) as pool:
        for outcome in pool.imap_unordered(run_batch, tasks(arguments.departments)):
            by_ruleset.setdefault(outcome.ruleset, []).append(outcome)
            for one in outcome.differences[:3]:
                print(f"{outcome.ruleset}: {one}", flush=True)
    print("| ruleset | departments | scored | rejected | one by one | direct, s | columns, s | differences |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    totals = [0] * 5
    for name, outcomes in sorted(by_ruleset.items()):
        figures = [
            sum(getattr(one, text) for one in outcomes)
            for text in ("departments", "scored", "rejected", "one_by_one")
        ]
        figures.append(sum(len(one.differences) for one in outcomes))
        totals = [a + b for a, b in zip(totals, figures, strict=True)]
        direct, columns = (
            sum(getattr(one, text) for one in outcomes) for text in ("seconds_direct", "seconds_columns")
        )
        shown = [f"{one:,}" for one in figures]
        print(f"| {name} | {' | '.join(shown[:4])} | {direct:.0f} | {columns:.0f} | {shown[4]} |")
    print(f"\n{totals[0]:,} departments, {totals[1]:,} scored, {totals[2]:,} rejected, {totals[3]:,} of the scored one by one: "
          f"{totals[4]:,} differences; {time.perf_counter() - began:.0f} s in {arguments.processes} processes")  # fmt: skip
    sys.exit(1 if totals[4] else 0)


if __name__ == "__main__":
    main()
