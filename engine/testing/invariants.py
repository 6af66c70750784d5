"""Properties that every score has, whatever the department: each named, documented, and checkable.

A property says first which parts of a ruleset it holds for; where there are none it does not apply,
and says why. It is then tried on generated departments, and raises :class:`Violation` where it fails.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from engine.errors import AuditError, FactsError, Text
from engine.explanation import Explainer
from engine.facts.model import Facts
from engine.inference.direct import record_key
from engine.language.compiler import EvaluationError
from engine.language.numbers import ZERO, format_exact
from engine.language.terms import Kind
from engine.ledger.lines import Line, NodeScore
from engine.ledger.scoring import Scoring
from engine.ruleset.model import Criterion, Ruleset
from engine.scoring import Scorer, score_directly
from engine.testing.changes import scaled, with_fact, with_one_more, with_order
from engine.testing.dependence import facts_of, is_ratio_only
from engine.testing.strategies import facts_from

Document = dict[str, Any]
Draw = Callable[[st.SearchStrategy[Any]], Any]


class Violation(AssertionError):
    """A property does not hold for a department; ``name`` is the property's."""

    def __init__(self, name: str, message: Text) -> None:
        super().__init__(message.en)
        self.name = name
        self.message = message


@dataclass(slots=True)
class Trial:
    """One generated department: its document, its facts, and its score by direct evaluation."""

    scorer: Scorer
    document: Document
    facts: Facts
    scoring: Scoring
    draw: Draw
    other: Document
    """Another department, from which a property may take values."""

    @property
    def ruleset(self) -> Ruleset:
        return self.scorer.ruleset

    def rescored(self, document: Document) -> Scoring | None:
        """The score of a changed document; ``None`` where the change made its facts unusable."""
        try:
            return score_directly(self.ruleset, facts_from(document, self.ruleset))
        except FactsError:
            return None


Targets = Sequence[Any]
NOTHING = Text("没有适用的部分", "nothing in the ruleset that it speaks of")


@dataclass(frozen=True, slots=True)
class Invariant:
    """``targets`` gives the parts of a ruleset the property holds for; none: it does not apply."""

    name: str
    title: Text
    statement: Text
    targets: Callable[[Ruleset], Targets]
    holds: Callable[[Trial, Targets], Text | None]
    """The property itself: ``None``, or what is wrong."""
    otherwise: Text = NOTHING
    """Why the property does not apply where there are no targets."""

    def check(self, trial: Trial, targets: Targets) -> None:
        """Raises :class:`Violation` where the property fails."""
        wrong = self.holds(trial, targets)
        if wrong is not None:
            raise Violation(self.name, wrong)


def _everything(ruleset: Ruleset) -> Targets:
    return (ruleset.root,)


def _leaves(ruleset: Ruleset) -> list[Criterion]:
    return [node for node in ruleset.root.subtree() if not node.children]


def _earned(scoring: Scoring, node: Criterion) -> Any:
    score = scoring.nodes.get(node.id)
    return (score.full, score.earned) if score is not None else None


def _signature(line: Line) -> tuple[Any, ...]:
    rule = line.rule.id if line.rule is not None else ""
    return line.kind, line.criterion.id, rule, line.key, line.nominal, line.applied, line.reason


# The properties


def _bounded(trial: Trial, targets: Targets) -> Text | None:
    for score in trial.scoring.root.walk():
        has_bonus = any(one.bonuses for one in score.criterion.subtree())
        if score.earned < 0 or (
            score.earned > score.full and (not has_bonus or score.criterion.parent is None)
        ):
            earned, full = format_exact(score.earned), format_exact(score.full)
            return Text(
                f"{score.criterion.id} 得 {earned} 分，不在 0 到 {full} 之间",
                f"{score.criterion.id} earns {earned}, not between 0 and {full}",
            )
    return None


def _balanced(trial: Trial, targets: Targets) -> Text | None:
    for score in trial.scoring.root.walk():
        if score.full - sum((line.applied for line in score.lines), start=ZERO) != score.earned:
            return Text(
                f"{score.criterion.id} 的账目不平", f"the ledger of {score.criterion.id} does not balance"
            )
    return None


def _order(trial: Trial, targets: Targets) -> Text | None:
    again = trial.rescored(with_order(trial.document, trial.draw))
    if again is None or [*map(_signature, again.lines)] != [*map(_signature, trial.scoring.lines)]:
        return Text("记录或键的顺序改变了得分", "the order of records or keys changes the score")
    return None


def _scaled(trial: Trial, targets: Targets) -> Text | None:
    factor = trial.draw(st.sampled_from((2, 3, 10)))
    again = trial.rescored(scaled(trial.document, trial.ruleset, factor))
    if again is None:
        return None
    for node in targets:
        if _earned(again, node) != _earned(trial.scoring, node):
            return Text(
                f"金额都乘以 {factor} 后，{node.id} 的得分变了",
                f"with all amounts times {factor}, {node.id} earns other points",
            )
    return None


def _unread(trial: Trial, targets: Targets) -> Text | None:
    ruleset = trial.ruleset
    names = [fact.name for fact in ruleset.schema.scalars()] + [*ruleset.schema.lists]
    name = trial.draw(st.sampled_from(names))
    again = trial.rescored(with_fact(trial.document, name, trial.other))
    if again is None:
        return None
    for node in targets:
        if name not in facts_of(node, ruleset) and _earned(again, node) != _earned(trial.scoring, node):
            return Text(
                f"{node.id} 不读 {name}，得分却随它改变",
                f"{node.id} does not read {name}, but its points change with it",
            )
    return None


def _directed(ruleset: Ruleset) -> Targets:
    """Each criterion with a declared direction, and a fact through which alone the named value moves."""
    found = []
    schema = {fact.name: fact for fact in ruleset.schema.scalars()}
    for node in _leaves(ruleset):
        for name, way in node.better.items():
            if name in schema:
                found.append((node, name, name, way))
            elif name in ruleset.measures:
                from engine.testing.dependence import facts_read

                reads = facts_read(ruleset.measures[name].expression.term, ruleset)
                found += [(node, name, fact, way) for fact in sorted(reads) if fact in schema]
    return found


def _monotone(trial: Trial, targets: Targets) -> Text | None:
    node, name, fact, way = trial.draw(st.sampled_from(list(targets)))
    changed = with_fact(trial.document, fact, trial.other)
    again = trial.rescored(changed)
    if again is None:
        return None
    values = [_value(trial.ruleset, scoring, name) for scoring in (trial.scoring, again)]
    scores: list[NodeScore | None] = [scoring.nodes.get(node.id) for scoring in (trial.scoring, again)]
    one, two = scores
    if None in values or one is None or two is None or one.full != two.full or values[0] == values[1]:
        return None
    rises = (values[1] > values[0]) == (way == "higher")
    if (two.earned < one.earned) if rises else (two.earned > one.earned):
        moved = f"{format_exact(values[0])} → {format_exact(values[1])}"
        earned = f"{format_exact(one.earned)} → {format_exact(two.earned)}"
        return Text(
            f"{node.id} 声明 {name} {way}，但 {name} {moved} 时得分 {earned}（改动 {fact}）",
            f"{node.id} declares {name} {way}, but with {name} {moved} it earns {earned} (changed {fact})",
        )
    return None


def _value(ruleset: Ruleset, scoring: Scoring, name: str) -> Any:
    """The value of a fact or measure; ``None`` where it has none."""
    slots = scoring.evaluation.slots
    measure = ruleset.measures.get(name)
    if measure is None:
        return next((slots[fact.place] for fact in ruleset.schema.scalars() if fact.name == name), None)
    try:
        return measure.expression.evaluate(slots)
    except EvaluationError:
        return None


def _per_record(ruleset: Ruleset) -> Targets:
    """The per-record deductions of leaves that read the list in no other way."""
    return [
        rule
        for node in _leaves(ruleset)
        for rule in node.deductions
        if rule.each is not None and not _reads_list(node, rule.each.name, ruleset)
    ]


def _reads_list(node: Criterion, name: str, ruleset: Ruleset) -> bool:
    from engine.language.terms import Gather, Read, walk
    from engine.testing.dependence import facts_read, own_terms

    for term in own_terms(node):
        for one in walk(term):
            if isinstance(one, Gather) and one.records.name == name:
                return True
            if (
                isinstance(one, Read)
                and one.scalar.source in ("measure", "findings")
                and name in facts_read(one, ruleset)
            ):
                return True
    return False


def _one_more(trial: Trial, targets: Targets) -> Text | None:
    evaluation = trial.scoring.evaluation
    fired = [
        (rule, record_key(rule, record))
        for rule in targets
        for record, truth, _ in evaluation.decisions[rule.index] or ()
        if truth and not evaluation.is_waived(rule, record)
    ]
    if not fired:
        return None
    rule, key = trial.draw(st.sampled_from(fired))
    again = trial.rescored(with_one_more(trial.document, rule, key))
    if again is None:
        return None
    before, after = trial.scoring.nodes[rule.criterion.id], again.nodes.get(rule.criterion.id)
    if after is not None and after.earned > before.earned:
        return Text(
            f"多一条触发 {rule.id} 的记录，{rule.criterion.id} 反而多得分",
            f"one more record that fires {rule.id} raises {rule.criterion.id}",
        )
    return None


def _engines(trial: Trial, targets: Targets) -> Text | None:
    main = trial.scorer.score(trial.facts)
    if [*map(_signature, main.lines)] != [
        *map(_signature, trial.scoring.lines)
    ] or main.grade != trial.scoring.grade:
        return Text("durable-rules 与直接求值的结果不同", "durable-rules and the direct evaluation differ")
    return None


def _document(trial: Trial, targets: Targets) -> Text | None:
    from engine.record.document import ResultDocument
    from engine.record.writing import result_document

    written = result_document(trial.scoring)
    read = ResultDocument.model_validate(json.loads(json.dumps(written)))
    again = facts_from(read.facts.document, trial.ruleset, trial.facts.file)
    if read.model_dump() != written or again.digest != trial.facts.digest:
        return Text("JSON 写出再读入不一致", "the JSON document does not read back the same")
    return None


def _explained(trial: Trial, targets: Targets) -> Text | None:
    explainer = Explainer(trial.scoring)
    for rule in trial.ruleset.rules:
        for decision in explainer.decisions(rule):
            if decision.result.truth is not decision.fired:
                return Text(
                    f"{rule.id} 的说明与判定不符",
                    f"the explanation of {rule.id} says otherwise than the score",
                )
    for line in trial.scoring.lines:
        explainer.line(line)
    return None


INVARIANTS: tuple[Invariant, ...] = (
    Invariant(
        "bounded", Text("得分有界", "bounded"),
        Text("每个指标得分在 0 与满分之间（有加分的可超过），总分不超过满分",
             "every criterion earns from 0 to its full points (more only with a bonus), the total never more"),
        _everything, _bounded,
    ),
    Invariant(
        "balanced", Text("账目平衡", "balanced"),
        Text("在每个指标：满分 − 扣分 = 得分", "at every node, full points − lines = points earned"),
        _everything, _balanced,
    ),
    Invariant(
        "order", Text("与顺序无关", "order does not matter"),
        Text("记录和键的顺序不影响任何一行", "the order of records and keys changes no line"),
        _everything, _order,
    ),
    Invariant(
        "scaled", Text("只看比率", "ratios only"),
        Text("只用比率的指标，金额同乘一数时得分不变", "a criterion that uses only ratios of money is the same when all amounts are scaled"),
        lambda ruleset: [node for node in _leaves(ruleset) if _uses_money(node, ruleset) and is_ratio_only(node, ruleset)],
        _scaled, Text("没有只用金额比率的指标", "no criterion uses ratios of money alone"),
    ),
    Invariant(
        "unread", Text("不读则不变", "what is not read changes nothing"),
        Text("指标不读的事实，改变它不影响该指标", "a fact that a criterion does not read does not change its points"),
        _leaves, _unread,
    ),
    Invariant(
        "monotone", Text("方向如所声明", "monotone as declared"),
        Text("better 声明的值变好时，得分不降低", "when a value that 'better' names gets better, the points do not fall"),
        _directed, _monotone, Text("没有声明 better 的叶指标", "no leaf declares 'better'"),
    ),
    Invariant(
        "one_more", Text("多犯不多得", "one more never helps"),
        Text("多一条触发扣分的记录，该指标得分不增加", "one more record that fires a deduction never raises its criterion"),
        _per_record, _one_more, Text("没有逐条扣分且不另读该表的规则", "no per-record deduction whose criterion reads the list in no other way"),
    ),
    Invariant(
        "engines", Text("推理一致", "engines agree"),
        Text("durable-rules 与直接求值得出同样的账目", "durable-rules and the direct evaluation give the same ledger"),
        _everything, _engines,
    ),
    Invariant(
        "document", Text("结果可复原", "the document reads back"),
        Text("结果文件写出再读入，内容和事实不变", "a result document, written and read, is the same, and so are its facts"),
        _everything, _document,
    ),
    Invariant(
        "explained", Text("说明与判定相符", "explanations agree"),
        Text("每条规则、每条记录，说明的真假与计分的判定相同", "for every rule and record, the explanation reaches the truth that the score used"),
        _everything, _explained,
    ),
)  # fmt: skip
"""That every department has a score or a declared error is checked by the trial itself (``total``)."""

TOTAL = "total"


def _uses_money(node: Criterion, ruleset: Ruleset) -> bool:
    money = {fact.name for fact in ruleset.schema.scalars() if fact.type.kind == Kind.MONEY}
    money |= {
        name
        for name, records in ruleset.schema.lists.items()
        if any(fact.type.kind == Kind.MONEY for fact in records.fields.values())
    }
    return bool(facts_of(node, ruleset) & money)


def try_department(
    scorer: Scorer, document: Document, other: Document, draw: Draw, wanted: dict[str, Targets]
) -> bool:
    """Check the ``wanted`` invariants on one department; whether it had a score.

    Raises :class:`Violation` at the first that fails, or as ``total`` where scoring ends in
    anything but a score or a declared error.
    """
    try:
        facts = facts_from(document, scorer.ruleset)
        scoring = score_directly(scorer.ruleset, facts)
    except FactsError:
        return False
    except AuditError as error:
        raise Violation(TOTAL, Text(error.render("zh"), error.render("en"))) from None
    trial = Trial(scorer, document, facts, scoring, draw, other)
    for invariant in INVARIANTS:
        if invariant.name in wanted:
            invariant.check(trial, wanted[invariant.name])
    return True
