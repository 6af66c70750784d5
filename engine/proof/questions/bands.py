"""Every value falls into exactly one band, one of the cases always holds, every total has one grade.

A value in none, or in two, has no score. The bands of a measure are asked for the values that it can have.
"""

from __future__ import annotations

from collections.abc import Sequence

import z3

from engine.errors import Problem, Text
from engine.proof.arithmetic import Bool, both, negation, number
from engine.proof.leaves import exactly_one
from engine.proof.prover import Prover
from engine.proof.questions.base import Question, Reply, Target, impossible, leaves, of_node
from engine.proof.questions.refusal import graded_with_problem, refused
from engine.proof.scores import Scores
from engine.proof.solving import World
from engine.ruleset.model import BandScore, CaseScore, Ruleset


def targets(ruleset: Ruleset) -> Sequence[Target]:
    """What it is asked of."""
    found = [of_node(node) for node in leaves(ruleset) if isinstance(node.score, BandScore | CaseScore)]
    if ruleset.grades:
        root = ruleset.root
        found.append(Target("grades", root.position, root, names=frozenset({"grades", root.id})))
    return found


def answer(prover: Prover, target: Target) -> Reply:
    """The answer for one of them."""
    code = (
        "R061" if target.name == "grades" else "R062" if isinstance(target.node.score, BandScore) else "R063"
    )

    def claim(world: World) -> Bool:
        scores = world.scores[0]
        if target.name == "grades":
            points = scores.points(target.node)
            return both(points.defined, negation(scores.one_grade(points.earned)))
        return _no_row(target, scores)

    def any_total(world: World) -> Bool:
        """Whatever the table earns, to the decimals of points, from 0 to its total."""
        scores = world.scores[0]
        total, scale = z3.Real("total"), 10**scores.decimals
        on_grid = z3.IsInt(total * scale)
        limits = both(total >= 0, total <= number(target.node.points))
        return both(on_grid, limits, negation(scores.one_grade(total)))

    def of_this_kind(problem: Problem) -> bool:
        return problem.code == code and problem.path == target.node.id

    grades = target.name == "grades"
    found = prover.decide(
        claim, graded_with_problem if grades else refused(target.node, of_this_kind),
        question=QUESTION.id, target=target.name, expected=False, scored=False,
        abstract=any_total if grades else None,
    )  # fmt: skip
    if found.state == "impossible":
        return Reply("proved", impossible(found, Text("不重不漏", "no gap and no overlap")))
    if found.state == "possible":
        message = {
            "R061": Text("有总分没有等级，或有多个", "a total has no grade, or several"),
            "R062": Text(
                "有值不在任何一档内，或同时在几档内", "a value is in none of the bands, or in several"
            ),
            "R063": Text("有时没有一行条件成立", "there are departments for which no case holds"),
        }[code]
        return Reply("refuted", message, found.witness)
    assert found.reason is not None
    return Reply("unknown", found.reason)


def _no_row(target: Target, scores: Scores) -> Bool:
    score = target.node.score
    reached = scores.reached(target.node)
    if isinstance(score, BandScore):
        of = scores.encoder.encode(score.of.term)
        return both(reached, of.defined, negation(exactly_one(scores.band_rows(score))))
    assert isinstance(score, CaseScore)
    rules = [rule for rule, _ in score.rows if rule is not None]
    if len(rules) < len(score.rows):
        return z3.BoolVal(False)
    return both(
        reached, *(scores.decided(rule) for rule in rules), *(negation(scores.fired(rule)) for rule in rules)
    )


QUESTION = Question(
    "bands", Text("分档不重不漏", "bands complete and disjoint"),
    Text("每个值恰在一档内，总有一行成立，每个总分恰有一个等级", "every value is in exactly one band, a case always holds, every total has one grade"),
    targets, answer,
)  # fmt: skip
