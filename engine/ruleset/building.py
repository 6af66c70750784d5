"""From a validated document to a ruleset that can be evaluated.

Names get their slots in one layout: facts, then parameters, measures, findings and points. All
that is wrong anywhere is gathered and raised together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import ValidationError

from engine.errors import Position, Problem, RulesetError, Text, TooManyProblems, first_at
from engine.language.compiler import FIRST_FREE_SLOT
from engine.language.numbers import ZERO, Rational
from engine.language.parser import KEYWORDS
from engine.language.scope import Scope
from engine.language.terms import Apply, Kind, Read, ReadField, Records, Scalar, Term, Type, walk
from engine.language.types import FLAG
from engine.ruleset import digits
from engine.ruleset.alike import check_alike
from engine.ruleset.checks import implausible_ratio, points_sum
from engine.ruleset.criteria import CriteriaBuilder
from engine.ruleset.document import Criterion as WrittenCriterion
from engine.ruleset.document import RulesetDocument
from engine.ruleset.expressions import Expressions, Path
from engine.ruleset.measures import build_measure
from engine.ruleset.model import (
    ROOT,
    BandScore,
    CaseScore,
    Criterion,
    Expression,
    GradeBand,
    Identity,
    Measure,
    Ruleset,
    ValueScore,
    Written,
)
from engine.ruleset.ordering import in_order
from engine.ruleset.schema import SchemaBuilder, as_text, scalar_symbols
from engine.ruleset.validation import MORE, more, problems_of
from engine.source import Mapping, Node, digest_of, node_at, plain


def build_ruleset(root: Node) -> Ruleset:
    """The ruleset in the resolved document ``root``. Raises :class:`RulesetError` with all problems."""
    written = plain(root)
    try:
        document = RulesetDocument.model_validate(written)
    except ValidationError as error:
        raise RulesetError(_in_reading_order(problems_of(error, root))) from None
    if crowded := [*_crowded(root, document)]:
        raise RulesetError(crowded)
    builder = _Builder(root, document)
    try:
        ruleset = builder.build(digest_of(written))
    except TooManyProblems:
        raise RulesetError([*_in_reading_order(builder.expressions.problems), more(root)]) from None
    if problems := [
        *points_sum.find(ruleset),
        *digits.find(ruleset),
        *implausible_ratio.without_sign(ruleset),
    ]:
        raise RulesetError(problems)
    return ruleset


def _crowded(root: Node, document: RulesetDocument) -> Iterator[Problem]:
    """A problem for each kind of thing of which there are more than :data:`MAX_NAMES`."""
    criteria = [*_with_children(document.criteria)]
    counts = {
        Text("事实", "facts"): sum(1 + len(one.fields or {}) for one in document.facts.values()),
        Text("参数", "parameters"): len(document.parameters),
        Text("度量", "measures"): len(document.measures),
        Text("指标", "criteria"): len(criteria),
        Text("规则", "rules"): sum(
            len(one.deductions) + len(one.bonuses) + len(one.explain) for one in criteria
        ),
    }
    for what, count in counts.items():
        if count > MAX_NAMES:
            yield _too_many(what, count, MAX_NAMES, root)
    rows = max((_rows(one) for one in criteria), default=0)
    if rows > MAX_ROWS:
        yield _too_many(Text("一项得分的档次或情形", "bands or cases of one score"), rows, MAX_ROWS, root)


def _rows(criterion: WrittenCriterion) -> int:
    score = criterion.score
    return len(score.bands or score.cases or ()) if score is not None else 0


def _too_many(what: Text, count: int, most: int, root: Node) -> Problem:
    message = Text(
        f"{what.zh}过多（{count:,} 个，最多 {most:,} 个）",
        f"there are too many {what.en} ({count:,} of at most {most:,})",
    )
    return Problem("R066", message, root.position, fix=Text("拆成几个规则集", "split the ruleset"))


def _with_children(criteria: Iterable[WrittenCriterion]) -> Iterator[WrittenCriterion]:
    for one in criteria:
        yield one
        yield from _with_children(one.criteria)


def _in_reading_order(problems: list[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: (problem.code == MORE, problem.where or Position("")))


MAX_NAMES = 5_000
"""Facts, parameters, measures, criteria and rules, of each."""
MAX_ROWS = 500
"""Bands or cases of one score."""
RESERVED = KEYWORDS | {"points"}
"""Words that expressions give a meaning of their own; no fact, parameter or measure is called so."""


class _Builder:
    def __init__(self, root: Node, document: RulesetDocument) -> None:
        self.expressions = Expressions(root)
        self.document = document
        self.slots: list[Any] = [None] * FIRST_FREE_SLOT
        self.scalars: dict[str, Scalar] = {}

    def take_slot(self, value: Any = None) -> int:
        self.slots.append(value)
        return len(self.slots) - 1

    def build(self, digest: str) -> Ruleset:
        root, document = self.expressions.root, self.document
        schema_builder = SchemaBuilder(self.expressions, self.take_slot)
        schema = schema_builder.build(document)
        records = {name: one.records for name, one in schema.lists.items()}
        self.name_scalars(scalar_symbols(schema), "facts")
        for name, one in schema.lists.items():
            for field in one.fields:
                self.check_name(field, ("facts", name, "fields", field))
        parameters = self.parameters()
        measures = self.measures(records)
        findings = self.findings()
        scope = Scope(self.scalars, records, findings)
        identities = self.identities(Scope(self.scalars, records))
        criteria = CriteriaBuilder(self.expressions, scope, self.take_slot, document.points.decimals)
        tree = criteria.tree(document)
        for slot, points in criteria.points_slots.items():
            self.slots[slot] = points
        grades = self.grades()
        self.check_grades(tree, grades)
        check_alike(document, self.expressions)
        self.check_better(tree)
        if self.expressions.problems:
            raise RulesetError(_in_reading_order(self.expressions.problems))
        terms = _terms(criteria.rules, criteria.criteria.values(), measures.values(), identities)
        rules = in_order(criteria.rules, criteria.criteria, terms)
        return Ruleset(
            id=document.ruleset,
            title=as_text(document.title),
            authority=document.authority or "",
            year=document.year,
            money_unit=document.money.unit,
            money_decimals=document.money.decimals,
            decimals=document.points.decimals,
            grades=grades,
            parameters=parameters,
            schema=schema,
            measures=measures,
            identities=identities,
            root=tree,
            criteria=criteria.criteria,
            rules=rules,
            slots=tuple(self.slots),
            calendar_facts=_calendar_facts(terms),
            digest=digest,
            written=Written(lambda: (root, document)),
        )

    def name_scalars(self, scalars: dict[str, Scalar], section: str) -> None:
        for name, scalar in scalars.items():
            if name in self.scalars or (name in self.document.facts and section != "facts"):
                there = first_at(self.declared(name, section))
                message = Text(
                    f"名称“{name}”已用于别处{there.zh}",
                    f"the name '{name}' is used elsewhere already{there.en}",
                )
                self.expressions.report("R050", message, (section, name))
            self.check_name(name, (section, name))
            self.scalars[name] = scalar

    def declared(self, name: str, section: str) -> Position | None:
        """Where ``name`` stands outside of ``section``."""
        root = self.expressions.root
        for one in ("facts", "parameters", "measures"):
            named = root.get(one) if isinstance(root, Mapping) and one != section else None
            if isinstance(named, Mapping) and name in named.entries:
                return named.entries[name].key.position
        return None

    def check_name(self, name: str, path: Path) -> None:
        if name in RESERVED:
            message = Text(f"“{name}”是表达式的关键字", f"'{name}' is a word of the expression language")
            self.expressions.report("R051", message, path, Text("换一个名称", "choose another name"))

    def parameters(self) -> dict[str, Scalar]:
        parameters: dict[str, Scalar] = {}
        for name, one in self.document.parameters.items():
            type_ = Type(Kind(one.type))
            if type_.kind == Kind.CHOICE:
                message = Text("参数不能是 choice", "a parameter cannot be a choice")
                fix = Text("写 type: text", "write type: text")
                self.expressions.report("R023", message, ("parameters", name, "type"), fix)
                continue
            value = self.expressions.value(one.value, type_, ("parameters", name, "value"))
            parameters[name] = Scalar(
                name, type_, self.take_slot(value), as_text(one.label, name), "parameter"
            )
        self.name_scalars(parameters, "parameters")
        return parameters

    def measures(self, records: dict[str, Records]) -> dict[str, Measure]:
        """A measure may read the measures written above it."""
        measures: dict[str, Measure] = {}
        for name, one in self.document.measures.items():
            scope = Scope(
                self.scalars, records, below=frozenset(self.document.measures) - {*self.scalars, name}
            )
            measure = build_measure(name, one, scope, self.expressions, self.take_slot)
            if measure is None:
                # Known by name all the same, so that its users are not reported as well.
                unknown = Scalar(name, Type(Kind.NUMBER, flexible=True), 0, as_text(one.label), "measure")
                self.name_scalars({name: unknown}, "measures")
            else:
                measures[name] = measure
                self.name_scalars({name: measure.scalar}, "measures")
        return measures

    def findings(self) -> dict[str, Scalar]:
        """``findings(x)`` of every criterion; the root's is called by its own id."""
        whole = Scalar(ROOT, Type(Kind.COUNT), self.take_slot(ZERO), as_text(self.document.title), "findings")
        found = {ROOT: whole}
        waiting = list(self.document.criteria)
        while waiting:
            one = waiting.pop(0)
            found[one.id] = Scalar(
                one.id, Type(Kind.COUNT), self.take_slot(ZERO), as_text(one.title), "findings"
            )
            waiting += one.criteria
        return found

    def identities(self, scope: Scope) -> tuple[Identity, ...]:
        identities: list[Identity] = []
        for index, check in enumerate(self.document.checks):
            path: Path = ("checks", index)
            holds = self.expressions.read((*path, "holds"), scope, FLAG)
            because = self.expressions.template((*path, "because"), scope)
            if holds is not None:
                position = node_at(self.expressions.root, path).position
                identities.append(Identity(check.id, holds, because, check.severity == "error", position))
        return tuple(identities)

    def grades(self) -> tuple[GradeBand, ...]:
        points = Type(Kind.POINTS)
        bands = [
            GradeBand(one.grade, self.expressions.range(one, points, ("grades", index)))
            for index, one in enumerate(self.document.grades)
        ]
        lowest = Rational(-1)
        return tuple(
            sorted(
                bands, key=lambda band: lowest if band.allowed.low is None else band.allowed.low, reverse=True
            )
        )

    def check_grades(self, root: Criterion, grades: tuple[GradeBand, ...]) -> None:
        wanted = root.veto.grade_at_most if root.veto is not None else None
        if wanted is not None and wanted not in [band.grade for band in grades]:
            message = Text(f"没有等级“{wanted}”", f"there is no grade '{wanted}'")
            self.expressions.report("R046", message, ("veto", "grade_at_most"))

    def check_better(self, root: Criterion) -> None:
        for node in root.subtree():
            for name in node.better:
                if name not in self.scalars and name not in self.document.facts:
                    message = Text(f"better：没有名称“{name}”", f"better: there is no '{name}'")
                    self.expressions.problems.append(Problem("E201", message, node.position, node.id))


def _terms(rules: Any, criteria: Any, measures: Any, identities: Any) -> list[Term]:
    expressions = [one for rule in rules for one in (rule.expression, rule.amount, rule.at_most)]
    expressions += [one for rule in rules if rule.because for one in (*rule.because.zh, *rule.because.en)]
    expressions += [measure.expression for measure in measures] + [identity.holds for identity in identities]
    for node in criteria:
        expressions += [*node.weights, node.judged_at_most]
        if isinstance(node.score, ValueScore):
            expressions.append(node.score.value)
        elif isinstance(node.score, BandScore):
            expressions += [node.score.of, *(band.earn for band in node.score.bands)]
        elif isinstance(node.score, CaseScore):
            expressions += [earn for _, earn in node.score.rows]
    return [one.term for one in expressions if isinstance(one, Expression)]


def _calendar_facts(terms: list[Term]) -> frozenset[str]:
    """The facts that stand directly in ``days(…)`` or ``workdays(…)``: a year that no calendar knows is a slip."""
    found: set[str] = set()
    for term in terms:
        for one in walk(term):
            if isinstance(one, Apply) and one.function in ("days", "workdays"):
                for argument in one.arguments:
                    if isinstance(argument, Read):
                        found.add(argument.scalar.name)
                    elif isinstance(argument, ReadField):
                        found.add(f"{argument.records.name}.{argument.field.name}")
    return frozenset(found)
