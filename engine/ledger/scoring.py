"""From an evaluation to points: the whole tree, balanced at every node, graded, held against the claims."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache

from msgspec import Struct
from msgspec.structs import replace

from engine.errors import LedgerImbalance, Problem, RulesetError, Text
from engine.inference.direct import Evaluation, record_key
from engine.language.numbers import ZERO, Rational, format_exact, round_half_up
from engine.ledger.branch import roll_up
from engine.ledger.leaf import LeafScorer
from engine.ledger.lines import Line, NodeScore, not_applicable
from engine.ruleset.model import Criterion, Rule, Ruleset


class OpenPoint(Struct, frozen=True, eq=False):
    """Something the rules ask to be explained. ``explanation`` is empty where none was given."""

    rule: Rule
    record: tuple[object, ...] | None
    key: str
    explanation: str


class ClaimDifference(Struct, frozen=True):
    """A self-assessed score beside the computed one; ``difference`` is claimed − computed."""

    criterion: str
    claimed: Rational
    computed: Rational

    @property
    def difference(self) -> Rational:
        return self.claimed - self.computed


class Scoring(Struct, eq=False, dict=True):
    """The result for one department."""

    evaluation: Evaluation
    root: NodeScore
    grade: str

    @cached_property
    def nodes(self) -> Mapping[str, NodeScore]:
        """Every criterion's score by id, the root's too, in document order."""
        return {node.criterion.id: node for node in self.root.walk()}

    @cached_property
    def open_points(self) -> tuple[OpenPoint, ...]:
        """What the rules ask to be explained, in document order."""
        return tuple(_open_points(self.evaluation))

    @cached_property
    def claims(self) -> tuple[ClaimDifference, ...]:
        """The self-assessed scores beside the computed ones."""
        nodes = self.nodes
        claimed = self.evaluation.facts.claimed.items()
        return tuple(
            ClaimDifference(name, claim, nodes[name].earned) for name, claim in claimed if name in nodes
        )

    @cached_property
    def warnings(self) -> tuple[Problem, ...]:
        """What is doubtful about the facts, and takes no points: checks that fail, waivers of nothing."""
        return (*self.evaluation.facts.warnings, *_idle_waivers(self.evaluation))

    @property
    def total(self) -> Rational:
        return self.root.earned

    @property
    def lines(self) -> tuple[Line, ...]:
        """The ledger: every line that counts towards the total, in the order of the table."""
        return self.root.lines


def score_evaluation(evaluation: Evaluation) -> Scoring:
    """The points that follow from what was decided.

    Raises :class:`FactsError` or :class:`RulesetError` where a score has no value, and
    :class:`LedgerImbalance` if the ledger does not balance, which would be a fault of the program.
    """
    ruleset = evaluation.ruleset
    root = _node(ruleset.root, evaluation, LeafScorer(evaluation), _undiminished(ruleset))
    return Scoring(evaluation, root, _grade(root.earned, ruleset, evaluation))


def _idle_waivers(evaluation: Evaluation) -> Iterator[Problem]:
    """A warning for each waiver of what did not happen: a slip in it would go unseen."""
    for (name, record), waiver in evaluation.facts.waivers.items():
        rule = evaluation.ruleset.rule(waiver.rule)
        if rule is None or any(record_key(rule, one) == record for one in evaluation.firings(rule)):
            continue
        about = Text(f"记录“{record}”的", f" for the record '{record}'") if record else Text("", "")
        message = Text(
            f"没有可豁免的：{about.zh}规则“{name}”没有触发",
            f"nothing to waive: the rule '{name}' did not fire{about.en}",
        )
        fix = Text("核对规则和记录，或删去豁免", "check the rule and the record, or remove the waiver")
        yield Problem("D018", message, None, f"waivers[{name}]", fix, "warning")


def score_node(node: Criterion, evaluation: Evaluation) -> NodeScore:
    """The score of one criterion with all below it, as it would enter that of its parent.

    Raises as :func:`score_evaluation` does, and needs no other criterion to have a score.
    """
    return _node(node, evaluation, LeafScorer(evaluation), _undiminished(evaluation.ruleset))


Undiminished = Mapping[Criterion, tuple[frozenset[Criterion], NodeScore]]


@lru_cache(maxsize=16)
def _undiminished(ruleset: Ruleset) -> Undiminished:
    """The criteria that keep all their points as long as none of their rules fires: what is below them, and their score.

    Most criteria of most departments lose nothing; their scores are made once for all departments.
    """
    found: dict[Criterion, tuple[frozenset[Criterion], NodeScore]] = {}
    for node in reversed([*ruleset.root.subtree()]):
        if node.applies is not None or node.roll != "sum" or node.score is not None or node.is_judged:
            continue
        below = [found[child][1] for child in node.children if child in found]
        if len(below) == len(node.children):
            full = NodeScore(node, node.points, node.points, (), tuple(below))
            found[node] = frozenset(node.subtree()), full
    return found


def _node(
    node: Criterion, evaluation: Evaluation, leaves: LeafScorer, undiminished: Undiminished
) -> NodeScore:
    if (full := undiminished.get(node)) is not None and evaluation.touched.isdisjoint(full[0]):
        return full[1]
    if node.applies is not None and not evaluation.holds(node.applies):
        return not_applicable(node)
    if node.children:
        children = [_node(child, evaluation, leaves, undiminished) for child in node.children]
        score = roll_up(node, children, evaluation)
    else:
        score = leaves.score(node)
    if node.parent is None and score.earned > node.points:
        above = score.earned - node.points
        score = _with_line(score, Line("cap", node, above, above))
    if node.veto is not None and score.in_play and evaluation.holds(node.veto):
        score = _vetoed(score, node.veto, evaluation)
    if (score.full - score.lost if score.lines else score.full) != score.earned:
        raise LedgerImbalance([_imbalance(score)])
    return score


def _with_line(score: NodeScore, line: Line) -> NodeScore:
    return replace(score, earned=score.earned - line.applied, lines=(*score.lines, line))


def _vetoed(score: NodeScore, veto: Rule, evaluation: Evaluation) -> NodeScore:
    """The veto takes what is above its ``earn``, bonus included; it never gives."""
    taken = ZERO
    if veto.amount is not None:
        earn = round_half_up(evaluation.value(veto.amount, veto.id), evaluation.ruleset.decimals)
        taken = max(score.earned - max(earn, ZERO), ZERO)
    return _with_line(score, Line("veto", score.criterion, taken, taken, rule=veto))


def _imbalance(score: NodeScore) -> Problem:
    numbers = " ".join(format_exact(one) for one in (score.full, score.lost, score.earned))
    message = Text(
        f"账目不平：满分、扣分、得分为 {numbers}",
        f"the ledger does not balance: full, lost, earned are {numbers}",
    )
    fix = Text(
        "这是程序的缺陷，请报告；没有给出得分",
        "this is a fault of the program, please report it; no score was given",
    )
    return Problem("X002", message, score.criterion.position, score.criterion.id, fix)


def _grade(total: Rational, ruleset: Ruleset, evaluation: Evaluation) -> str:
    if not ruleset.grades:
        return ""
    found = [index for index, band in enumerate(ruleset.grades) if band.allowed.contains(total)]
    if len(found) != 1:
        shown = format_exact(total)
        message = Text(
            f"总分 {shown} 没有对应的等级，或对应多个", f"the total {shown} has no grade, or several"
        )
        fix = Text("改正 grades 的界限", "correct the bounds in 'grades'")
        raise RulesetError([Problem("R061", message, ruleset.root.position, "grades", fix)])
    veto = ruleset.root.veto
    if veto is not None and veto.grade_at_most is not None and evaluation.holds(veto):
        limit = [band.grade for band in ruleset.grades].index(veto.grade_at_most)
        return ruleset.grades[max(found[0], limit)].grade
    return ruleset.grades[found[0]].grade


def _open_points(evaluation: Evaluation) -> Iterator[OpenPoint]:
    for node in evaluation.ruleset.root.subtree():
        for rule in node.explains:
            for record in evaluation.firings(rule):
                explanation = evaluation.facts.explanations.get(rule.id, "")
                yield OpenPoint(rule, record, record_key(rule, record), explanation)
