"""From the document's criteria to the compiled tree, with all its rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from engine.errors import Position, Problem, Text, first_at
from engine.language.checker import given_if
from engine.language.conditions import Condition
from engine.language.numbers import Rational, round_half_up
from engine.language.scope import Scope
from engine.language.terms import NUMERIC, Kind, Scalar, Type
from engine.language.types import FLAG
from engine.ruleset import document as doc
from engine.ruleset.alike import check_tiers
from engine.ruleset.expressions import Expressions, Path
from engine.ruleset.found_as import check_found_as
from engine.ruleset.model import (
    ROOT,
    Band,
    BandScore,
    CaseScore,
    Criterion,
    Expression,
    JudgedTier,
    Range,
    Roll,
    Rule,
    RuleKind,
    Score,
    TierScore,
    Unseen,
    ValueScore,
)
from engine.ruleset.schema import as_basis, as_text
from engine.source import Mapping as MappingNode
from engine.source import node_at
from engine.suggestions import suggestion

POINTS = Type(Kind.POINTS)
_NO_FACTS: frozenset[str] = frozenset()
MAX_ATOMS = 50
"""A message of the inference network holds a little over 60 properties."""


class CriteriaBuilder:
    """Builds the tree and gathers its rules. ``points_slots`` holds each leaf's ``points`` for evaluation."""

    def __init__(
        self, expressions: Expressions, scope: Scope, take_slot: Callable[[], int], decimals: int
    ) -> None:
        self.expressions = expressions
        self.scope = scope
        self.take_slot = take_slot
        self.decimals = decimals
        self.rules: list[Rule] = []
        self.rule_ids: dict[str, Position] = {}
        self.criteria: dict[str, Criterion] = {}
        self.points_slots: dict[int, Rational] = {}

    def tree(self, document: doc.RulesetDocument) -> Criterion:
        """The root, which stands for the whole table."""
        position = node_at(self.expressions.root, ("points",)).position
        root = Criterion(ROOT, as_text(document.title), document.points.total, position, None)
        self.check_points(root.points, ("points", "total"))
        self.criteria[ROOT] = root
        self.branch(root, document.combine, document.criteria, (), self.scope, _NO_FACTS)
        if document.veto is not None:
            root.veto = self.veto(root, document.veto, ("veto",), self.scope, _NO_FACTS)
        self.check_rescale_root(root)
        return root

    def node(self, one: doc.Criterion, parent: Criterion, path: Path, given: frozenset[str]) -> Criterion:
        position = node_at(self.expressions.root, (*path, "id")).position
        node = Criterion(
            one.id,
            as_text(one.title),
            one.points,
            position,
            parent,
            basis=as_basis(one.basis),
            better=one.better or {},
            if_not=one.if_not,
        )
        if one.id in self.criteria:
            first = self.criteria[one.id]
            there = first_at(first.position)
            message = Text(
                f"指标 id“{one.id}”重复{there.zh}", f"the criterion id '{one.id}' is used twice{there.en}"
            )
            self.expressions.report("R040", message, (*path, "id"))
        self.check_points(one.points, (*path, "points"))
        if one.found_as:
            check_found_as(one.found_as, POINTS, self.expressions, (*path, "found_as"))
        self.criteria[one.id] = node
        scope = self.with_points(node)
        if one.applies is not None:
            node.applies = self.rule(node, "applies", f"{one.id}_applies", (*path, "applies"), scope, given)
            if node.applies is not None:
                given |= given_if(node.applies.expression.term, True)
        if one.criteria:
            self.branch(node, one.combine, one.criteria, path, scope, given)
        else:
            self.leaf(node, one, path, scope, given)
        if one.veto is not None:
            node.veto = self.veto(node, one.veto, (*path, "veto"), scope, given)
        explains = (
            self.rule(node, "explain", item.id, (*path, "explain", i), scope, given, item.each)
            for i, item in enumerate(one.explain)
        )
        node.explains = tuple(rule for rule in explains if rule)
        return node

    def check_points(self, points: Rational, path: Path) -> None:
        """Reports points that no row could earn: below 0, or finer than points are rounded to."""
        if points < 0:
            self.expressions.report("R041", Text("分值不能为负", "points are not negative"), path)
        elif round_half_up(points, self.decimals) != points:
            message = Text(
                f"分值的小数多于 {self.decimals} 位", f"points have more than {self.decimals} decimals"
            )
            fix = Text(
                "改正分值，或增大 points 的 decimals", "correct the points, or raise 'decimals' of 'points'"
            )
            self.expressions.report("R041", message, path, fix)

    def with_points(self, node: Criterion) -> Scope:
        """The scope in which ``points`` is the node's."""
        slot = self.take_slot()
        self.points_slots[slot] = node.points
        points = Scalar("points", POINTS, slot, Text("分值", "points"), "points")
        return replace(self.scope, scalars={**self.scope.scalars, "points": points})

    # Branches

    def branch(
        self, node: Criterion, combine: doc.Combine | None, children: Sequence[doc.Criterion], path: Path, scope: Scope,
        given: frozenset[str],
    ) -> None:  # fmt: skip
        node.children = tuple(
            self.node(child, node, (*path, "criteria", index), given) for index, child in enumerate(children)
        )
        node.roll = self.roll(combine)
        if node.roll == "weighted":
            assert combine is not None and combine.weighted_by is not None
            node.weights = self.weights(node, combine.weighted_by, (*path, "combine", "weighted_by"), given)

    def roll(self, combine: doc.Combine | None) -> Roll:
        if combine is None:
            return "sum"
        return combine.by or "weighted"

    def weights(
        self, node: Criterion, written: str | Mapping[str, str], path: Path, given: frozenset[str]
    ) -> tuple[Expression, ...]:
        """One weight a child: an expression for each, or one in which ``points`` is the child's."""
        read: list[Expression | None] = []
        for child in node.children:
            scope = self.with_points(child)
            if isinstance(written, str):
                read.append(self.expressions.read(path, scope, None, given))
            elif child.id in written:
                read.append(self.expressions.read((*path, child.id), scope, None, given))
            else:
                self.expressions.report(
                    "R042", Text(f"缺少 {child.id} 的权重", f"the weight of {child.id} is missing"), path
                )
        if not isinstance(written, str):
            ids = [child.id for child in node.children]
            for name in written:
                if name not in ids:
                    message = Text(f"没有下级指标“{name}”", f"there is no child '{name}'")
                    self.expressions.report("R042", message, (*path, name), suggestion(name, ids))
        for weight in read:
            if weight is not None and weight.term.type.kind not in NUMERIC:
                message = Text("权重应为数量", "a weight is a quantity")
                self.expressions.problems.append(Problem("E202", message, weight.position(weight.term.span)))
        return tuple(weight for weight in read if weight is not None)

    def check_rescale_root(self, root: Criterion) -> None:
        for node in root.subtree():
            if node.if_not == "rescale_root" and any(above.roll != "sum" for above in node.ancestors()):
                message = Text(
                    f"{node.id}：rescale_root 的上级都应是 sum",
                    f"{node.id}: 'rescale_root' needs sums all the way up",
                )
                self.expressions.problems.append(_at(node, "R043", message))

    # Leaves

    def leaf(
        self, node: Criterion, one: doc.Criterion, path: Path, scope: Scope, given: frozenset[str]
    ) -> None:
        node.score = self.score(node, one, path, scope, given)
        node.deductions = tuple(
            rule
            for index, item in enumerate(one.deductions)
            if (
                rule := self.rule(
                    node, "deduction", item.id, (*path, "deductions", index), scope, given, item.each, item
                )
            )
        )
        node.bonuses = tuple(
            rule
            for index, item in enumerate(one.bonuses)
            if (
                rule := self.rule(
                    node, "bonus", item.id, (*path, "bonuses", index), scope, given, item.each, item
                )
            )
        )
        if one.bonus_at_most is not None:
            self.check_points(one.bonus_at_most, (*path, "bonus_at_most"))
        node.bonus_at_most = one.bonus_at_most
        if one.judged is not None and one.judged.at_most is not None:
            node.judged_at_most = self.expressions.read((*path, "judged", "at_most"), scope, POINTS, given)

    def score(
        self, node: Criterion, one: doc.Criterion, path: Path, scope: Scope, given: frozenset[str]
    ) -> Score | None:
        if one.unseen:
            return Unseen()
        if one.judged is not None and one.judged.tiers is not None:
            check_tiers(one.judged.tiers, (*path, "judged", "tiers"), self.expressions)
            tiers = {
                tier.id: JudgedTier(
                    tier.id,
                    as_text(tier.title),
                    Range(
                        tier.from_ if tier.from_ is not None else tier.above,
                        tier.up_to if tier.up_to is not None else tier.below,
                        tier.above is None,
                        tier.below is None,
                    ),
                )
                for tier in one.judged.tiers
            }
            return TierScore(tiers)
        if one.score is None:
            return None
        where = (*path, "score")
        if one.score.bands is not None:
            return self.bands(one.score.bands, where, scope, given)
        if one.score.cases is not None:
            return self.cases(node, one.score.cases, where, scope, given)
        if isinstance(node_at(self.expressions.root, where), MappingNode):
            where = (*where, "value")
        value = self.expressions.read(where, scope, POINTS, given)
        return ValueScore(value) if value is not None else None

    def bands(
        self, bands: Sequence[doc.Band], path: Path, scope: Scope, given: frozenset[str]
    ) -> Score | None:
        of = self.expressions.read((*path, "of"), scope, None, given)
        rows: list[Band] = []
        for index, band in enumerate(bands):
            where = (*path, "bands", index)
            earn = self.expressions.read((*where, "earn"), scope, POINTS, given)
            if of is not None and earn is not None:
                allowed = self.expressions.range(band, of.term.type, where)
                rows.append(Band(allowed, earn, node_at(self.expressions.root, where).position))
        return BandScore(of, tuple(rows)) if of is not None else None

    def cases(
        self, node: Criterion, cases: Sequence[doc.Case], path: Path, scope: Scope, given: frozenset[str]
    ) -> Score:
        rows: list[tuple[Rule | None, Expression]] = []
        known = given
        for index, case in enumerate(cases):
            where = (*path, "cases", index)
            if case.when is None:
                earn = self.expressions.read((*where, "else"), scope, POINTS, known)
                if earn is not None:
                    rows.append((None, earn))
                if index + 1 < len(cases):
                    message = Text("else 之后的行永远用不到", "no row after 'else' is ever reached")
                    self.expressions.report("R044", message, (*path, "cases", index + 1))
                continue
            rule = self.rule(node, "case", f"{node.id}_case_{index + 1}", (*where, "when"), scope, known)
            if rule is None:
                continue
            earn = self.expressions.read(
                (*where, "earn"), scope, POINTS, known | given_if(rule.expression.term, True)
            )
            known |= given_if(rule.expression.term, False)
            if earn is not None:
                rows.append((rule, earn))
        return CaseScore(tuple(rows), node_at(self.expressions.root, path).position)

    # Rules

    def veto(
        self, node: Criterion, veto: doc.Veto, path: Path, scope: Scope, given: frozenset[str]
    ) -> Rule | None:
        rule = self.rule(node, "veto", veto.id or f"{node.id}_veto", path, scope, given)
        if rule is None:
            return None
        if veto.earn is not None:
            known = given | given_if(rule.expression.term, True)
            rule.amount = self.expressions.read((*path, "earn"), scope, POINTS, known)
        if veto.grade_at_most is not None and node.id != ROOT:
            message = Text(
                "grade_at_most 只能写在最上层的 veto",
                "'grade_at_most' belongs to the veto of the whole table",
            )
            self.expressions.report("R045", message, (*path, "grade_at_most"))
        rule.grade_at_most, rule.basis = veto.grade_at_most, as_basis(veto.basis)
        return rule

    def rule(
        self, node: Criterion, kind: RuleKind, rule_id: str, path: Path, scope: Scope, given: frozenset[str],
        each: str | None = None, item: doc.Deduction | doc.Bonus | None = None,
    ) -> Rule | None:  # fmt: skip
        """The rule written at ``path``: either the condition itself, or a mapping with ``when``."""
        if rule_id in self.rule_ids:
            there = first_at(self.rule_ids[rule_id])
            message = Text(
                f"规则 id“{rule_id}”重复{there.zh}", f"the rule id '{rule_id}' is used twice{there.en}"
            )
            self.expressions.report("R040", message, (*path, "id"))
        self.rule_ids.setdefault(rule_id, node_at(self.expressions.root, (*path, "id")).position)
        records = None
        if each is not None:
            records = self.scope.records.get(each)
            if records is None:
                message = Text(f"没有记录表“{each}”", f"there is no record list '{each}'")
                self.expressions.report(
                    "E201", message, (*path, "each"), suggestion(each, [*self.scope.records])
                )
                return None
            scope = replace(scope, open=(records,))
        expression = self.expressions.read((*path, "when"), scope, FLAG, given)
        if expression is None:
            return None
        known = given | given_if(expression.term, True)
        condition = Condition(expression.term)
        if len(condition.atoms) > MAX_ATOMS:
            message = Text(
                f"一个条件最多 {MAX_ATOMS} 个比较", f"a condition holds at most {MAX_ATOMS} comparisons"
            )
            fix = Text("用 measures 拆开", "split it with measures")
            self.expressions.report("R047", message, (*path, "when"), fix)
        rule = Rule(
            rule_id, kind, node, expression, condition,
            node_at(self.expressions.root, path).position, records,
        )  # fmt: skip
        here = node_at(self.expressions.root, (*path, "because"))
        if here is not node_at(self.expressions.root, path):
            rule.because = self.expressions.template((*path, "because"), scope, known)
        if item is not None:
            amount = "deduct" if isinstance(item, doc.Deduction) else "add"
            rule.amount = self.expressions.read((*path, amount), scope, POINTS, known)
            rule.basis = as_basis(item.basis)
            rule.waivable = isinstance(item, doc.Deduction) and item.waivable
            if item.at_most is not None:
                rule.at_most = self.expressions.read(
                    (*path, "at_most"), replace(scope, open=()), POINTS, given
                )
        self.rules.append(rule)
        return rule


def _at(node: Criterion, code: str, message: Text) -> Problem:
    return Problem(code, message, node.position)
