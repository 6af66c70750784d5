"""A department that shows one case of a rule, found by moving as few facts of a given one as needed.

Everything is tried in a fixed order, so that the same ruleset and base give the same department. What
was found is scored before it is believed.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.errors import AuditError, FactsError, Text
from engine.facts.model import Facts
from engine.language.numbers import HUNDRED, ONE, Rational, format_exact
from engine.language.terms import Compare, Constant, Kind, Operation, Term, Value
from engine.language.types import FLAG
from engine.ledger.scoring import Scoring
from engine.ruleset.model import Fact, Rule, Ruleset
from engine.scoring import score_directly
from engine.testing.drafts import Draft, Place, Rows
from engine.testing.obligations import SIDES, Obligation
from engine.testing.repair import define, make, satisfy
from engine.testing.strategies import Departments, facts_from
from engine.testing.thresholds import Threshold, rule_frames

Document = dict[str, Any]
Attempt = Callable[[Draft, Rows], object]

ROUND = HUNDRED

MOVED = 4
"""How many of the facts behind a comparison are tried as the one to move."""

STEPS = (0, 1, -1, 2, -2)
"""How many steps from the crossing the moved fact is put."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A department that shows the case, and its score."""

    document: Document
    scoring: Scoring


@dataclass(slots=True)
class _Missed:
    """What was seen on the way, to say why nothing was found."""

    tried: int = 0
    looked_at: bool = False
    nearest: Any = None
    error: str = ""


class Search:
    """Looks for departments that show the cases of a ruleset's rules, starting from one department."""

    def __init__(
        self, ruleset: Ruleset, start: Facts | None, beside: Mapping[str, Any], *, roomy: bool = False
    ) -> None:
        self.ruleset = ruleset
        self.departments = Departments(ruleset)
        self.plan = self.departments.plan
        self.start = start
        self.roomy = roomy
        """Without a start: whether amounts are round ones, so that rates have a hundred steps, or the smallest."""
        self.beside = dict(beside)
        """What stands beside the facts in every document."""
        self.wanted = [*self.departments.identities, *self.departments.ranges]
        self.rules = {rule.index: rule for rule in ruleset.rules}

    def find(self, obligation: Obligation) -> Found | Text:
        """A department that shows the case; or why none was found."""
        missed = _Missed()
        for draft in self._attempts(obligation):
            if not satisfy(draft, self.wanted) or not self.departments.has_unique_keys(draft):
                continue
            document = {**self.beside, "facts": draft.document()}
            missed.tried += 1
            try:
                scoring = score_directly(self.ruleset, facts_from(document, self.ruleset))
            except AuditError as error:
                missed.error = missed.error or error.problems[0].message.en
                continue
            if obligation.met_by(scoring):
                return Found(document, scoring)
            _note(missed, obligation, scoring)
        return _why(missed)

    # What is tried

    def _attempts(self, obligation: Obligation) -> Iterator[Draft]:
        """The record at hand alone, then among others, then with each of its choices made beforehand."""
        each = obligation.rule.each
        preparations: list[Callable[[Draft], None]] = [lambda draft: None]
        if each is not None:
            preparations.insert(0, lambda draft: _keep_one(draft, each.name))
            preparations += self._choices(each.name)
        for prepare in preparations:
            # Often the move alone will do; making the rule be looked at first moves more than it needs.
            for reaching, attempt in itertools.product((False, True), self._moves(obligation)):
                draft = self.draft()
                prepare(draft)
                rows = self.departments.records_at(draft, rule_frames(obligation.rule), 0)
                if reaching:
                    self._reach(draft, obligation.rule)
                attempt(draft, rows)
                if reaching:
                    self._reach(draft, obligation.rule)
                yield draft

    def _choices(self, list_name: str) -> Iterator[Callable[[Draft], None]]:
        """The list's first record alone, with each value of each choice and flag that it has."""
        for fact in self.ruleset.schema.lists[list_name].fields.values():
            for option in _options(fact):

                def choose(draft: Draft, fact: Fact = fact, option: Value = option) -> None:
                    _keep_one(draft, list_name)
                    if draft.rows[list_name] or draft.append(list_name):
                        place = Place(fact, list_name, 0)
                        draft.put(place, option)
                        draft.aimed.add(place)

                yield choose

    def draft(self) -> Draft:
        """The department to start from; without one the simplest that has a score."""
        if self.start is not None:
            return Draft.of(self.plan, self.start)
        scalars = {name: self._simple(fact) for name, fact in self.plan.facts.items()}
        draft = Draft(self.plan, scalars, {name: [] for name in self.ruleset.schema.lists})
        define(draft, self.departments.computed)
        return draft

    def _simple(self, fact: Fact) -> Value:
        if fact.optional:
            return None
        if self.roomy and fact.type.kind in (Kind.MONEY, Kind.NUMBER):
            scale = self.plan.scales[fact.name]
            return scale.value(scale.clamp(scale.number(ROUND)))
        return self.plan.simplest(fact)

    def _reach(self, draft: Draft, rule: Rule) -> None:
        """Let the rule be looked at: what gates it holds, and no row of cases above it."""
        for index in rule.gates:
            make(draft, self.rules[index].expression.term, True, {})
        for index in rule.rows_above:
            make(draft, self.rules[index].expression.term, False, {})

    def _moves(self, obligation: Obligation) -> Iterator[Attempt]:
        rule, term = obligation.rule, obligation.rule.expression.term
        if obligation.case in ("fires", "silent"):
            yield lambda draft, rows: make(draft, term, obligation.case == "fires", rows)
            return
        atom = rule.condition.atoms[obligation.atom]
        assert isinstance(atom, Compare)
        threshold = Threshold(atom.left, atom.right, rule_frames(rule), term)
        for goal in _goals(atom, obligation):
            for truth in (True, False):
                yield _to_goal(term, goal, truth)
        for step in STEPS:
            for which in range(MOVED):
                for held in (None, True, False):
                    yield _to_crossing(term, threshold, held, which, step)


def _keep_one(draft: Draft, list_name: str) -> None:
    while len(draft.rows[list_name]) > 1:
        draft.drop_last(list_name)


def _options(fact: Fact) -> Sequence[Value]:
    return (False, True) if fact.type.kind == Kind.FLAG else fact.type.options


def _goals(atom: Compare, obligation: Obligation) -> Iterator[Term]:
    """The comparison's two sides as far apart as the case says, exactly: for counts, days and dates."""
    if obligation.case == "on_limit":
        yield Compare(FLAG, "==", atom.left, atom.right)
    elif atom.right.type.kind != Kind.DATE:
        for side in SIDES[atom.operator]:
            off = Constant(atom.right.type, Rational(side) * obligation.unit)
            moved = Operation(atom.right.type, "+", atom.right, off)
            yield Compare(FLAG, "==", atom.left, moved)


def _to_goal(term: Term, goal: Term, truth: bool) -> Attempt:
    def move(draft: Draft, rows: Rows) -> None:
        make(draft, term, truth, rows)
        make(draft, goal, True, rows)

    return move


def _to_crossing(term: Term, threshold: Threshold, truth: bool | None, which: int, step: int) -> Attempt:
    def move(draft: Draft, rows: Rows) -> None:
        if truth is not None:
            make(draft, term, truth, rows)
        draft.aim(threshold, rows, which, step)

    return move


# Why nothing was found


def _note(missed: _Missed, obligation: Obligation, scoring: Scoring) -> None:
    for _, _, observed in scoring.evaluation.decisions[obligation.rule.index] or ():
        missed.looked_at = True
        for one in observed:
            if one[0] == obligation.atom:
                distance = obligation.distance(one)
                if missed.nearest is None or abs(distance) < abs(missed.nearest):
                    missed.nearest = distance


def _why(missed: _Missed) -> Text:
    if not missed.tried:
        return Text("没有找到满足勾稽关系的部门", "no department was found that satisfies the identities")
    if missed.error and not missed.looked_at:
        return Text(
            f"试过的部门都没有得分（{missed.error}）", f"no department tried had a score ({missed.error})"
        )
    if not missed.looked_at:
        return Text("试过的部门都轮不到这条规则", "no department was found for which the rule is looked at")
    if missed.nearest is not None:
        near = format_exact(missed.nearest)
        return Text(
            f"试过 {missed.tried} 个部门，最近的与界限相差 {near}",
            f"{missed.tried} departments were tried, the nearest stood {near} from the limit",
        )
    return Text(
        f"试过 {missed.tried} 个部门，都没有出现",
        f"{missed.tried} departments were tried, and none showed it",
    )


def usable(document: Document, ruleset: Ruleset) -> Facts | None:
    """The facts in ``document``; ``None`` where it has not all of them, or they have no score."""
    try:
        facts = facts_from(document, ruleset)
        score_directly(ruleset, facts)
    except FactsError:
        return None
    return facts


def plain_sections(ruleset: Ruleset) -> dict[str, Any]:
    """What must stand beside the facts of a department: judgements that take nothing, claims of full points."""
    judgements: dict[str, Any] = {}
    claimed: dict[str, str] = {}
    decided = {"by": "评审人", "reason": "见评审记录"}
    for node in ruleset.root.subtree():
        tiers = getattr(node.score, "tiers", None)
        if tiers:
            tier = next(iter(tiers.values()))
            high = tier.allowed.high if tier.allowed.high_closed else tier.allowed.low
            coefficient = high if isinstance(high, Rational) else ONE
            shown = f"{format_exact(coefficient * 100)}%"
            judgements[node.id] = {"tier": tier.id, "coefficient": shown, **decided}
        elif node.is_judged:
            judgements[node.id] = {"deduct": "0", **decided}
        elif type(node.score).__name__ == "Unseen":
            claimed[node.id] = format_exact(node.points)
    sections = {"judgements": judgements, "claimed": claimed}
    return {name: section for name, section in sections.items() if section}
