"""z3-solver has no type information; its expressions are terms of one untyped algebra here."""

from typing import Any

ExprRef = Any
BoolRef = Any

def __getattr__(name: str) -> Any: ...
