"""How the time of the ruleset checks grows with the rules, and what all shipped rulesets cost.

Rulesets of 250 to 2,000 rules, ten to a criterion, are built by formula and run through the checks of
``audit rules check``. A line of the table: reading and building the ruleset, the checks, and the checks'
time a rule, in processor time; of the checks the median over three rounds. Growing about linearly, the last column stays
about the same.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from benchmarks.measuring import machine, show
from engine.errors import RulesetError
from engine.ruleset.building import build_ruleset
from engine.ruleset.checks.registry import run_checks
from engine.ruleset.library import Library
from engine.ruleset.model import Ruleset
from engine.source import parse_source
from engine.testing.coverage import coverage_problems

SIZES = (250, 500, 1_000, 2_000)
RULES_EACH, ROUNDS = 10, 3


def ruleset(rules: int) -> Ruleset:
    """A ruleset with so many rules, each over a fact of its own."""
    criteria = rules // RULES_EACH
    lines = [
        "ruleset: bench/checks", "title: {zh: 表, en: Table}", "year: 2024", "money: {unit: 万元, decimals: 2}",
        f"points: {{total: {criteria * 10}, decimals: 2, rounding: half_up}}", "facts:",
        *(f"  f{n}: {{label: {{zh: 事实{n}, en: Fact {n}}}, type: days, at_least: 0}}" for n in range(rules)),
        "criteria:",
    ]  # fmt: skip
    for criterion in range(criteria):
        lines.append(
            f"  - id: c{criterion}\n    title: {{zh: 指标, en: Criterion}}\n    points: 10\n    deductions:"
        )
        for rule in range(criterion * RULES_EACH, (criterion + 1) * RULES_EACH):
            limit = rule % 9 + 1
            lines.append(
                f"      - {{id: r{rule}, when: f{rule} > {limit}, deduct: 0.5, because: {{zh: '{{f{rule}}} 天', en: '{{f{rule}}} days'}}}}"
            )
    return build_ruleset(parse_source("\n".join(lines).encode(), "bench.yaml", RulesetError))


def _seconds(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start


def main() -> None:
    """Build and check the rulesets, and print how long it took."""
    print(machine(), end="\n\n")
    rows = []
    for size in SIZES:
        start = time.process_time()
        built = ruleset(size)
        building = time.process_time() - start
        checking = statistics.median(_seconds(lambda built=built: run_checks(built)) for _ in range(ROUNDS))
        rows.append(
            [f"{size:,}", f"{building:.2f} s", f"{checking:.3f} s", f"{checking / size * 1e6:.0f} µs"]
        )
    show(["rules", "reading and building", "checks", "checks a rule"], rows)
    print()
    library = Library()
    rows = []
    for name in library.ids():
        start = time.process_time()
        loaded = library.load(name)
        run_checks(loaded)
        coverage_problems(loaded, library.example_folder(loaded))
        rows.append([name, f"{len(loaded.rules)}", f"{time.process_time() - start:.2f} s"])
    show(["ruleset", "rules", "read, check, run all examples"], rows)


if __name__ == "__main__":
    main()
