"""The flow in one place: facts are decided by inference, decisions become a ledger and points."""

from __future__ import annotations

from engine.facts.model import Facts
from engine.inference.direct import evaluate
from engine.inference.reconciled import Inference
from engine.ledger.scoring import Scoring, score_evaluation
from engine.ruleset.model import Ruleset


class Scorer:
    """Scores departments by one ruleset, with durable-rules and the direct evaluation reconciled."""

    def __init__(self, ruleset: Ruleset) -> None:
        self.ruleset = ruleset
        self._inference = Inference(ruleset)

    def score(self, facts: Facts) -> Scoring:
        """The department's ledger, points and grade.

        Raises :class:`FactsError`, :class:`RulesetError`, or a :class:`Fault` (see ``errors.py``).
        """
        return score_evaluation(self._inference.decide(facts))


def score_directly(ruleset: Ruleset, facts: Facts) -> Scoring:
    """The same score by direct evaluation alone, for many departments and for comparison."""
    return score_evaluation(evaluate(ruleset, facts))
