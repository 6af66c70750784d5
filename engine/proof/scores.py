"""What a department of unknowns earns: rules that fire, lines in order, and the roll-up, as the ledger has them.

It is the encoding of ``inference/direct.py`` and ``ledger/``: for fixed facts it gives the same points,
which a test holds. Waivers are left out: nothing is waived here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import z3

from engine.inference.direct import RECORD_FRAME
from engine.language.numbers import ONE, ZERO, Rational
from engine.language.ranges import NOT_NEGATIVE
from engine.proof.arithmetic import (
    FALSE,
    TRUE,
    Bool,
    Expr,
    both,
    chosen,
    either,
    greatest,
    implied,
    least,
    negation,
    number,
    times,
    total,
)
from engine.proof.encoding import Coded, Encoder
from engine.proof.gathering import Lists, Taking
from engine.proof.variables import Member, within
from engine.ruleset.checks import grade_coverage
from engine.ruleset.model import (
    BandScore,
    CaseScore,
    Criterion,
    Expression,
    Rule,
    Score,
    TierScore,
    Unseen,
    ValueScore,
)

NOTHING = number(0)


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """A node's score: what it could earn here, what it earned, and whether it counts and has a value."""

    full: Expr
    earned: Expr
    in_play: Bool = TRUE
    removed: Expr = NOTHING
    defined: Bool = TRUE
    fulls: frozenset[Rational] = frozenset()
    """Every value that ``full`` can have."""
    removals: frozenset[Rational] = frozenset({ZERO})


class Scores:
    """The points of one ruleset's criteria for the department of an encoder."""

    def __init__(self, encoder: Encoder, lists: Lists) -> None:
        self.encoder = encoder
        self.lists = lists
        self.ruleset = encoder.ruleset
        self.decimals = self.ruleset.decimals
        self.rules = {rule.index: rule for rule in self.ruleset.rules}
        self._fired: dict[int, Bool] = {}
        self._points: dict[str, Points] = {}
        self.summarised = False
        """Whether branches see only what is true of every child's score, instead of how it comes about."""
        self.without: Rule | None = None
        """A deduction or bonus that is left out, to see what it changes."""
        encoder.findings = self
        self._grades_have_gaps = any(grade_coverage.find(self.ruleset))
        self.valid = both(
            *(encoder.truth(one.holds.term) for one in self.ruleset.identities if one.blocking),
            *(encoder.encode(one.holds.term).defined for one in self.ruleset.identities if not one.blocking),
        )
        """That the facts are usable: every blocking identity holds, and every identity has a value."""

    # Rules

    def looked_at(self, rule: Rule) -> Bool:
        """Whether the rule's condition is evaluated at all."""
        gates = [self.fired(self.rules[index]) for index in rule.gates]
        above = [negation(self.fired(self.rules[index])) for index in rule.rows_above]
        return both(*gates, *above)

    def fired(self, rule: Rule) -> Bool:
        """Whether the rule fires, for any record if it has records."""
        if rule.index not in self._fired or self.encoder.replaced:
            looked = self.looked_at(rule)
            if rule.each is None:
                holds = self.encoder.truth(rule.expression.term)
            else:
                holds = self.lists.some(rule.each.name, self.firing(rule)).value
            fired = both(looked, holds)
            if self.encoder.replaced:
                return fired
            self._fired[rule.index] = fired
        return self._fired[rule.index]

    def decided(self, rule: Rule) -> Bool:
        """That the condition has a value wherever it is looked at."""
        if rule.each is None:
            defined = self.encoder.encode(rule.expression.term).defined
        else:
            defined = self.lists.some(rule.each.name, self.firing(rule)).defined
        return implied(self.looked_at(rule), defined)

    def firing(self, rule: Rule) -> Taking:
        """For a record, the rule's condition as the truth of every record; where it has no value it does not hold."""
        back = self.encoder.as_now()

        def take(member: Member) -> tuple[Coded, Coded]:
            with back(), self.encoder.at(RECORD_FRAME, member):
                value, defined = self.encoder.encode(rule.expression.term)
            return Coded(TRUE, TRUE), Coded(both(defined, value), defined)

        return take

    def charging(self, rules: Sequence[Rule]) -> Taking:
        """For a record, whether one of the rules fires for it, and what they ask for together."""
        back = self.encoder.as_now()

        def take(member: Member) -> tuple[Coded, Coded]:
            fires: list[Bool] = []
            asked: list[Expr] = []
            defined: list[Bool] = []
            with back(), self.encoder.at(RECORD_FRAME, member):
                for rule in rules:
                    condition = self.encoder.encode(rule.expression.term)
                    fire = both(condition.defined, condition.value)
                    amount = self.amount(rule)
                    fires.append(fire)
                    charge = greatest((amount.value, number(0)))
                    asked.append(charge if len(rules) == 1 else chosen(fire, charge, number(0)))
                    defined.append(implied(fire, amount.defined))
            return Coded(either(*fires), TRUE), Coded(total(asked), both(*defined))

        return take

    def findings(self, slot: int) -> Expr:
        """How many findings count into the slot."""
        counted: list[Expr] = []
        for rule in self.ruleset.rules:
            if slot in rule.counts_into:
                if rule.each is None:
                    counted.append(chosen(self.fired(rule), number(1), number(0)))
                else:
                    firings = self.lists.count(rule.each.name, self.charging_one(rule)).value
                    counted.append(chosen(self.looked_at(rule), firings, number(0)))
        return total(counted)

    def charging_one(self, rule: Rule) -> Taking:
        """For a record, whether the rule fires for it."""
        back = self.encoder.as_now()

        def take(member: Member) -> tuple[Coded, Coded]:
            with back(), self.encoder.at(RECORD_FRAME, member):
                condition = self.encoder.encode(rule.expression.term)
            return Coded(both(condition.defined, condition.value), TRUE), Coded(TRUE, TRUE)

        return take

    def amount(self, rule: Rule) -> Coded:
        """What the rule asks for, rounded; below 0 there is no score. The record is the one at hand."""
        assert rule.amount is not None
        value, defined = self.encoder.encode(rule.amount.term)
        return Coded(self.encoder.rounded(value, self.decimals), both(defined, value >= 0))

    def asked(self, rules: Sequence[Rule]) -> Coded:
        """What rules, all without records or all of one list, ask for together."""
        first = rules[0]
        if first.each is None:
            amount = self.amount(first)
            fired = self.fired(first)
            return Coded(chosen(fired, amount.value, number(0)), implied(fired, amount.defined))
        gated = self.looked_at(first)
        summed = self.lists.sum(self.encoder, first.each.name, self.charging(rules), NOT_NEGATIVE)
        return Coded(chosen(gated, summed.value, number(0)), implied(gated, summed.defined))

    # Nodes

    @property
    def scored(self) -> Bool:
        """That the department has a score: the table has a total, and the total one grade."""
        whole = self.points(self.ruleset.root)
        # Grades without a gap leave nothing to ask, and the solver less to do.
        graded = self.one_grade(whole.earned) if self._grades_have_gaps else TRUE
        return both(whole.defined, graded)

    def one_grade(self, earned: Expr) -> Bool:
        """That a total of ``earned`` has one grade and no other."""
        words = self.encoder.department.words
        return exactly_one([within(earned, band.allowed, words) for band in self.ruleset.grades])

    def points(self, node: Criterion) -> Points:
        """What the node earns, its ``applies``, cap and veto included."""
        if self.encoder.replaced:
            return self._node(node)
        if node.id not in self._points:
            self._points[node.id] = self._node(node)
        return self._points[node.id]

    def _node(self, node: Criterion) -> Points:
        found = self._branch(node) if node.children else self._leaf(node)
        if node.parent is None:
            capped = least((found.earned, number(node.points)))
            found = Points(
                found.full, capped, found.in_play, found.removed, found.defined, found.fulls, found.removals
            )
        if node.veto is not None:
            found = self._vetoed(found, node.veto)
        return found if node.applies is None else self._gated(found, node, node.applies)

    def earned_without(self, rule: Rule) -> Expr:
        """What the leaf of a deduction or bonus would earn without it, before its veto."""
        self.without = rule
        try:
            return self._leaf(rule.criterion).earned
        finally:
            self.without = None

    def earned_with_all(self, node: Criterion) -> Expr:
        """What the leaf earns before its veto."""
        return self._leaf(node).earned

    def reached(self, node: Criterion) -> Bool:
        """That the node and everything above it applies, so that it is scored at all."""
        return both(self.reached_from_above(node), TRUE if node.applies is None else self.fired(node.applies))

    def reached_from_above(self, node: Criterion) -> Bool:
        """That everything above the node applies."""
        return both(*(self.fired(one.applies) for one in node.ancestors() if one.applies is not None))

    def branch_over_summaries(self, node: Criterion) -> Points:
        """What the node earns, whatever its children earn between nothing and all."""
        self.summarised = True
        try:
            return self._node(node)
        finally:
            self.summarised = False

    def summary(self, node: Criterion) -> Points:
        """Any score that the node may have: from 0 to its full points (more, with a bonus on top)."""
        known = self.points(node)
        full, earned, removed = (z3.Real(f"{what} of {node.id}") for what in ("full", "earned", "removed"))
        if len(known.fulls) == 1:
            full = known.full
        if len(known.removals) == 1:
            removed = known.removed
        in_play = TRUE if z3.is_true(known.in_play) else z3.Bool(f"{node.id} counts")
        limits = [earned >= 0, either(*(full == number(one) for one in known.fulls))]
        limits.append(either(*(removed == number(one) for one in known.removals)))
        if not has_bonus(node):
            limits.append(earned <= full)
        self.encoder.axioms.append(both(*limits))
        return Points(full, earned, in_play, removed, TRUE, known.fulls, known.removals)

    def _gated(self, found: Points, node: Criterion, applies: Rule) -> Points:
        """The score where ``applies`` holds, and what ``if_not`` says elsewhere."""
        holds = self.fired(applies)
        counts = node.if_not in ("full", "zero")
        full = node.points if counts else ZERO
        earned = node.points if node.if_not == "full" else ZERO
        removed = node.points if node.if_not == "rescale_root" else ZERO
        return Points(
            chosen(holds, found.full, number(full)),
            chosen(holds, found.earned, number(earned)),
            either(both(holds, found.in_play), FALSE if not counts else negation(holds)),
            chosen(holds, found.removed, number(removed)),
            both(self.decided(applies), implied(holds, found.defined)),
            found.fulls | {full},
            found.removals | {removed},
        )

    def _vetoed(self, found: Points, veto: Rule) -> Points:
        earned, defined = found.earned, both(found.defined, self.decided(veto))
        if veto.amount is not None:
            value, has_value = self.encoder.encode(veto.amount.term)
            kept = greatest((self.encoder.rounded(value, self.decimals), number(0)))
            holds = both(found.in_play, self.fired(veto))
            earned = chosen(holds, least((earned, kept)), earned)
            defined = both(defined, implied(holds, has_value))
        return Points(found.full, earned, found.in_play, found.removed, defined, found.fulls, found.removals)

    # Leaves

    def _leaf(self, node: Criterion) -> Points:
        defined = [self.decided(rule) for rule in (*node.deductions, *node.bonuses, *node.explains)]
        left = number(node.points)
        if node.score is not None:
            left, has_value = self.start(node, node.score)
            defined.append(has_value)
        for asked in self._deductions(node):
            left = greatest((total((left, times(number(-ONE), asked.value))), number(0)))
            defined.append(asked.defined)
        if node.judged_at_most is not None:
            left = self._judged(node, node.judged_at_most, left, defined)
        if node.bonuses:
            left = total((left, self._bonus(node, defined)))
        full = number(node.points)
        return Points(full, left, defined=both(*defined), fulls=frozenset({node.points}))

    def _deductions(self, node: Criterion) -> list[Coded]:
        """What is asked for, in parts that are taken one after the other: the order does not change what is left."""
        parts: list[Coded] = []
        uncapped: dict[str, list[Rule]] = {}
        for rule in node.deductions:
            if rule is self.without:
                continue
            if rule.at_most is not None:
                asked = self.asked([rule])
                parts.append(self._capped(rule, asked))
            elif rule.each is None:
                parts.append(self.asked([rule]))
            else:
                uncapped.setdefault(rule.each.name, []).append(rule)
        return parts + [self.asked(rules) for rules in uncapped.values()]

    def _capped(self, rule: Rule, asked: Coded) -> Coded:
        """Within the rule's ``at_most``, which is looked at where the rule fires."""
        assert rule.at_most is not None
        value, defined = self.encoder.encode(rule.at_most.term)
        most = self.encoder.rounded(value, self.decimals)
        fired = self.fired(rule)
        within_cap = chosen(fired, least((asked.value, most)), number(0))
        return Coded(within_cap, both(asked.defined, implied(fired, both(defined, value >= 0))))

    def start(self, node: Criterion, score: Score) -> Coded:
        """The points before deductions, clamped to 0…points and rounded."""
        if isinstance(score, ValueScore):
            value, defined = self.encoder.encode(score.value.term)
        elif isinstance(score, BandScore):
            value, defined = self._bands(score)
        elif isinstance(score, CaseScore):
            value, defined = self._cases(score)
        elif isinstance(score, TierScore):
            coefficient = self._tier(node, score)
            value, defined = times(number(node.points), coefficient), TRUE
        else:
            assert isinstance(score, Unseen)
            scale = 10**self.decimals
            value = self.encoder.department.stands_beside(beside(node), number(0), number(node.points), scale)
            defined = TRUE
        clamped = least((greatest((value, number(0))), number(node.points)))
        return Coded(self.encoder.rounded(clamped, self.decimals, node.points), defined)

    def _bands(self, score: BandScore) -> Coded:
        """Exactly one band holds the value; otherwise there is no score."""
        of = self.encoder.encode(score.of.term)
        rows = self.band_rows(score)
        value, defined = number(0), [of.defined, exactly_one(rows)]
        for row, band in zip(rows, score.bands, strict=True):
            earn = self.encoder.encode(band.earn.term)
            value = chosen(row, earn.value, value)
            defined.append(implied(row, earn.defined))
        return Coded(value, both(*defined))

    def band_rows(self, score: BandScore) -> list[Bool]:
        """For each band, that the value lies in it."""
        of = self.encoder.encode(score.of.term)
        return [within(of.value, band.allowed, self.encoder.department.words) for band in score.bands]

    def _cases(self, score: CaseScore) -> Coded:
        value: Expr = number(0)
        defined: list[Bool] = []
        has_else = any(rule is None for rule, _ in score.rows)
        if not has_else:
            defined.append(either(*(self.fired(rule) for rule, _ in score.rows if rule is not None)))
        for rule, earn in reversed(score.rows):
            coded = self.encoder.encode(earn.term)
            if rule is None:
                above = [negation(self.fired(row)) for row, _ in score.rows if row is not None]
                value = coded.value
                defined.append(implied(both(*above), coded.defined))
            else:
                fired = self.fired(rule)
                value = chosen(fired, coded.value, value)
                defined += [self.decided(rule), implied(fired, coded.defined)]
        return Coded(value, both(*defined))

    def _tier(self, node: Criterion, score: TierScore) -> Expr:
        department = self.encoder.department
        value = department.stands_beside(beside(node), number(0), number(1), 100)
        ranges = [within(value, tier.allowed, department.words) for tier in score.tiers.values()]
        department.axioms.append(either(*ranges))
        return value

    def _judged(self, node: Criterion, at_most: Expression, left: Expr, defined: list[Bool]) -> Expr:
        """The assessor's deduction, which a facts file may not state above ``at_most``."""
        most, has_value = self.encoder.encode(at_most.term)
        scale = 10**self.decimals
        department = self.encoder.department
        asked = department.stands_beside(beside(node), number(0), number(1_000_000), scale)
        if not self.encoder.replaced:
            department.axioms.append(implied(has_value, asked <= most))
        defined.append(has_value)
        return greatest(
            (total((left, times(number(-ONE), self.encoder.rounded(asked, self.decimals)))), number(0))
        )

    def _bonus(self, node: Criterion, defined: list[Bool]) -> Expr:
        added, room = number(0), None if node.bonus_at_most is None else number(node.bonus_at_most)
        for rule in node.bonuses:
            if rule is self.without:
                continue
            asked = self.asked([rule])
            if rule.at_most is not None:
                asked = self._capped(rule, asked)
            defined.append(asked.defined)
            gained = asked.value if room is None else least((asked.value, room))
            added = total((added, gained))
            room = None if room is None else total((room, times(number(-ONE), gained)))
        return added

    # Branches

    def _branch(self, node: Criterion) -> Points:
        children = [self.summary(child) if self.summarised else self.points(child) for child in node.children]
        defined = both(*(child.defined for child in children), *map(self.decided, node.explains))
        removed = total(child.removed for child in children)
        removals = _sums([child.removals for child in children])
        counting = [child.in_play for child in children]
        if node.roll != "sum":
            counting = [both(child.in_play, child.full != 0) for child in children]
        some = either(*counting)
        if node.roll == "sum":
            found = self._summed(node, children, removed, removals)
        elif node.roll in ("best", "weakest"):
            found = _picked(children, counting, best=node.roll == "best")
        else:
            found = self._averaged(node, children, counting)
        is_root = node.parent is None
        defined = both(defined, some if is_root else TRUE, implied(some, found.defined))
        kept = node.roll == "sum"
        removed_then = (
            number(0) if kept and is_root else chosen(some, removed if kept else number(0), removed)
        )
        return Points(
            chosen(some, found.full, number(0)),
            chosen(some, found.earned, number(0)),
            both(some, found.in_play),
            removed_then,
            defined,
            found.fulls | {ZERO},
            removals | {ZERO},
        )

    def _summed(
        self, node: Criterion, children: list[Points], removed: Expr, removals: frozenset[Rational]
    ) -> Points:
        is_root = node.parent is None
        full = number(node.points) if is_root else total((number(node.points), times(number(-ONE), removed)))
        fulls = frozenset({node.points}) if is_root else frozenset(node.points - one for one in removals)
        base = total(chosen(child.in_play, child.full, number(0)) for child in children)
        earned = total(chosen(child.in_play, child.earned, number(0)) for child in children)
        bases = _sums([child.fulls | {ZERO} for child in children])
        if all(z3.is_true(child.in_play) for child in children):
            bases = _sums([child.fulls for child in children])
        rescaled = self._divided(times(full, earned), base, bases)
        same = z3.simplify(base == full)
        spread = chosen(
            same, earned, self.encoder.rounded(rescaled, self.decimals) if not z3.is_true(same) else earned
        )
        only_bonuses = z3.simplify(both(base == 0, full != 0))
        if z3.is_false(only_bonuses) or z3.is_true(same):
            return Points(full, spread, fulls=fulls)
        return Points(
            chosen(only_bonuses, number(0), full),
            chosen(only_bonuses, earned, spread),
            defined=negation(only_bonuses) if is_root else TRUE,
            fulls=fulls | {ZERO},
        )

    def _divided(self, value: Expr, by: Expr, candidates: frozenset[Rational]) -> Expr:
        """``value / by`` where ``by`` is one of the candidates: no division is left."""
        if len(candidates) > 64:
            return self.encoder.quotient(value, by)
        found: Expr = number(0)
        for one in sorted(candidates - {ZERO}):
            found = chosen(by == number(one), times(value, number(1 / one)), found)
        return found

    def _averaged(self, node: Criterion, children: list[Points], counting: list[Bool]) -> Points:
        weights, defined = self._weights(node, counting)
        parts: list[Expr] = []
        for child, counts, weight in zip(children, counting, weights, strict=True):
            kept = self._divided(child.earned, child.full, child.fulls)
            parts.append(chosen(counts, times(times(weight, number(node.points)), kept), number(0)))
        if node.roll == "average":
            known = frozenset(Rational(count) for count in range(len(children) + 1))
            exact = self._divided(total(parts), total(weights), known)
        else:
            exact = self.encoder.quotient(total(parts), total(weights))
        return Points(
            number(node.points),
            self.encoder.rounded(exact, self.decimals),
            defined=defined,
            fulls=frozenset({node.points}),
        )

    def _weights(self, node: Criterion, counting: list[Bool]) -> tuple[list[Expr], Bool]:
        if node.roll == "average":
            return [chosen(counts, number(1), number(0)) for counts in counting], TRUE
        coded = [self.encoder.encode(weight.term) for weight in node.weights]
        usable = [
            implied(counts, both(one.defined, one.value >= 0))
            for counts, one in zip(counting, coded, strict=True)
        ]
        weights = [chosen(counts, one.value, number(0)) for counts, one in zip(counting, coded, strict=True)]
        return weights, both(*usable, total(weights) != 0)


def beside(node: Criterion) -> str:
    """The name of what an assessor or the department itself states for the node."""
    kind = (
        "claim"
        if isinstance(node.score, Unseen)
        else "tier"
        if isinstance(node.score, TierScore)
        else "deduct"
    )
    return f"{kind} {node.id}"


def has_bonus(node: Criterion) -> bool:
    """Whether the node may earn more than its points."""
    return any(leaf.bonuses for leaf in node.subtree())


def exactly_one(truths: Sequence[Bool]) -> Bool:
    """That one of ``truths`` holds and no other."""
    return z3.PbEq([(one, 1) for one in truths], 1)


def _sums(choices: list[frozenset[Rational]]) -> frozenset[Rational]:
    """Every sum of one number from each set."""
    sums = frozenset({ZERO})
    for choice in choices:
        sums = frozenset(one + two for one in sums for two in choice)
        if len(sums) > 4096:
            return frozenset(sorted(sums)[:65])  # too many to tell apart; a division is made instead
    return sums


def _picked(children: list[Points], counting: list[Bool], *, best: bool) -> Points:
    """The best or the weakest child; of equals the first."""
    full, earned, found = number(0), number(0), FALSE
    for child, counts in zip(children, counting, strict=True):
        beats = child.earned > earned if best else child.earned < earned
        taken = both(counts, either(negation(found), beats))
        full, earned = chosen(taken, child.full, full), chosen(taken, child.earned, earned)
        found = either(found, counts)
    return Points(full, earned, fulls=frozenset().union(*(child.fulls for child in children)))
