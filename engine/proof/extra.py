"""The solver is an extra: a message says how to get it where it is missing."""

from __future__ import annotations

from importlib.util import find_spec

from engine.errors import Problem, Text, UsageProblem


def require_solver() -> None:
    """Raises :class:`UsageProblem` unless z3-solver can be imported."""
    if find_spec("z3") is None:
        message = Text("证明需要 z3-solver，未安装", "proofs need z3-solver, which is not installed")
        fix = Text("pip install 'audit-score[prove]'", "pip install 'audit-score[prove]'")
        raise UsageProblem([Problem("U020", message, fix=fix)])
