"""Rule changes tested like programs: examples, generated departments, invariants, mutants, obligations.

For a project's own tests::

    from engine.testing import check_properties, departments, facts_from

The names are imported when they are first asked for, so that the pytest plugin costs nothing where
it is not used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.testing.examples import run_examples
    from engine.testing.invariants.base import Violation
    from engine.testing.invariants.registry import INVARIANTS
    from engine.testing.mutation import run_mutants
    from engine.testing.properties import PropertyFailure, check_properties, run_properties
    from engine.testing.strategies import departments, facts_from

__all__ = [
    "INVARIANTS",
    "PropertyFailure",
    "Violation",
    "check_properties",
    "departments",
    "facts_from",
    "run_examples",
    "run_mutants",
    "run_properties",
]

_MODULES = {
    "INVARIANTS": "invariants.registry",
    "PropertyFailure": "properties",
    "Violation": "invariants.base",
    "check_properties": "properties",
    "departments": "strategies",
    "facts_from": "strategies",
    "run_examples": "examples",
    "run_mutants": "mutation",
    "run_properties": "properties",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
