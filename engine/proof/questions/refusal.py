"""A department without a score, and whether it is the criterion in question that has none.

The product stops at the first thing that has no value, which may be another criterion's. So the criterion
is scored by itself too, with whatever else cannot be decided passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.errors import AuditError, Problem
from engine.inference.direct import Evaluation, evaluate_as_far_as_possible
from engine.ledger.scoring import score_node
from engine.proof.answers import Witness
from engine.proof.documents import Reader
from engine.proof.prover import Confirm, Prover
from engine.ruleset.model import Criterion, Rule


def refused(node: Criterion, is_meant: Callable[[Problem], bool] = lambda problem: True) -> Confirm:
    """Believes a department whose facts are usable, and which has no score because ``node`` has none.

    ``is_meant`` says whether a reason that the node gives for it is the one that was claimed.
    """

    def confirm(reader: Reader, prover: Prover) -> Witness | None:
        document = reader.document(prover.ruleset)
        facts = prover.scored.read(document, prover.ruleset)
        evaluation, undecided = evaluate_as_far_as_possible(prover.ruleset, facts)
        reasons = _reasons(node, evaluation, undecided)
        return Witness(document) if any(map(is_meant, reasons)) and _is_refused(prover, reader) else None

    return confirm


def graded_with_problem(reader: Reader, prover: Prover) -> Witness | None:
    """Believes a department with points that have no grade, or several."""
    document = reader.document(prover.ruleset)
    try:
        prover.score(document)
    except AuditError as error:
        return Witness(document) if [one.code for one in error.problems] == ["R061"] else None
    return None


def _reasons(
    node: Criterion, evaluation: Evaluation, undecided: Sequence[tuple[Rule, Problem]]
) -> Sequence[Problem]:
    """Why the node has no score though it is asked for one and all below it has one; nothing if it has."""
    below = [problem for rule, problem in undecided if rule.criterion in set(node.subtree()) - {node}]
    own = [problem for rule, problem in undecided if rule.criterion is node]
    if below or own:
        return () if below else own
    above = [one.applies for one in node.ancestors() if one.applies is not None]
    if not all(map(evaluation.holds, above)):
        return ()
    try:
        for child in node.children:
            score_node(child, evaluation)
    except AuditError:
        return ()
    try:
        score_node(node, evaluation)
    except AuditError as error:
        return error.problems
    return ()


def _is_refused(prover: Prover, reader: Reader) -> bool:
    """Whether the product has no score for the department."""
    try:
        prover.score(reader.document(prover.ruleset))
    except AuditError:
        return True
    return False
