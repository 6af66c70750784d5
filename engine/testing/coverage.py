"""What the examples of a ruleset exercise: every rule firing and silent, every threshold met exactly.

Told of each rule that has no example in which it fires, none in which it stays silent, or none in
which one of its comparisons with a fixed limit stands exactly on the limit.

PASS: a contract filed on the seventh working day, which is the limit, and one a day later::

    - name: the seventh working day is in time
      given: {contracts: [{id: A, signed: 2024-03-04, filed: 2024-03-13}]}
      expect: {not_fired: [late_filing]}
    - name: the eighth is late
      given: {contracts: [{id: A, signed: 2024-03-04, filed: 2024-03-14}]}
      expect: {fired: [late_filing]}

FAIL: only a contract filed in two days::

    - name: a contract filed in time
      given: {contracts: [{id: A, signed: 2024-03-04, filed: 2024-03-06}]}
      expect: {not_fired: [late_filing]}
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from engine.errors import Position, Problem, Text
from engine.language.conditions import is_sided, sign
from engine.language.terms import Compare, Constant, Read, Term
from engine.ruleset.checks.base import EXAMPLES_CODE, Check
from engine.ruleset.model import Rule, Ruleset
from engine.testing.examples import ExampleOutcome, run_examples

CHECK = Check(EXAMPLES_CODE, Text("每条规则都有示例", "every rule has examples"), "warning")


@dataclass(slots=True)
class RuleCoverage:
    """What the examples showed of one rule: outcomes, and the outcomes of each of its atoms.

    ``on_limit`` are the numbers of the atoms that stood exactly on their limit.
    """

    rule: Rule
    fired: bool = False
    silent: bool = False
    atoms: dict[int, set[bool]] = field(default_factory=dict)
    on_limit: set[int] = field(default_factory=set)

    @property
    def limited(self) -> list[int]:
        """The numbers of the atoms that compare with a fixed limit."""
        atoms = enumerate(self.rule.condition.atoms)
        return [
            number
            for number, atom in atoms
            if is_sided(atom) and isinstance(atom, Compare) and _is_fixed(atom.right)
        ]

    @property
    def missing_limits(self) -> list[int]:
        return [number for number in self.limited if number not in self.on_limit]


def _is_fixed(term: Term) -> bool:
    return isinstance(term, Constant) or (isinstance(term, Read) and term.scalar.source == "parameter")


def coverage_of(ruleset: Ruleset, outcomes: Iterable[ExampleOutcome]) -> dict[str, RuleCoverage]:
    """For each rule what the examples, already run, showed of it."""
    from engine.language.compiler import COMPARATORS

    covered = {rule.id: RuleCoverage(rule) for rule in ruleset.rules}
    for outcome in outcomes:
        if outcome.scoring is None:
            continue
        for rule in ruleset.rules:
            one = covered[rule.id]
            for _, truth, observed in outcome.scoring.evaluation.decisions[rule.index] or ():
                one.fired |= truth
                one.silent |= not truth
                for observation in observed:
                    number, left, right = observation
                    atom = rule.condition.atoms[number]
                    if isinstance(atom, Compare) and is_sided(atom):
                        held = COMPARATORS[atom.operator](left, right)
                        if sign(observation) == 0:
                            one.on_limit.add(number)
                    else:
                        held = bool(left)
                    one.atoms.setdefault(number, set()).add(held)
    return covered


def coverage_problems(ruleset: Ruleset, folder: Path) -> list[Problem]:
    """A problem for each rule that the examples do not exercise; ``folder`` holds their base facts."""
    if any(one.check == CHECK.code for one in ruleset.document.unchecked):
        return []
    covered = coverage_of(ruleset, run_examples(ruleset, folder))
    problems: list[Problem] = []
    for one in covered.values():
        lacks: list[Text] = []
        if not one.fired:
            lacks.append(Text("触发的", "in which it fires"))
        if not one.silent:
            lacks.append(Text("不触发的", "in which it stays silent"))
        lacks += [
            Text(f"恰在界限上的（{_atom(one.rule, n)}）", f"exactly on its limit ({_atom(one.rule, n)})")
            for n in one.missing_limits
        ]
        if lacks:
            zh, en = "、".join(lack.zh for lack in lacks), ", ".join(lack.en for lack in lacks)
            message = Text(f"缺少{zh}示例", f"no example {en}")
            problems.append(
                CHECK.problem(
                    message,
                    one.rule.position,
                    one.rule.id,
                    Text("在 examples 中补充", "add it to 'examples'"),
                )
            )
    return sorted(problems, key=lambda problem: problem.where or Position(""))


def _atom(rule: Rule, number: int) -> str:
    start, end = rule.condition.atoms[number].span
    return rule.expression.text[start:end]
