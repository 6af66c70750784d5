"""Proofs about rulesets with Z3: over all facts, not samples.

``variables`` is a department whose facts are unknowns; ``encoding`` says what a term's value is for it,
``gathering`` what an aggregate over its records is, ``scores`` what it earns. A question (``questions/``)
turns a claim about a ruleset into facts that would break it; ``proving`` shows that there are none, or
has ``witness`` make a facts document of those found, scored before it is believed. ``difference`` asks
the same of two rulesets.

Everything here needs z3-solver (extra ``prove``); see ``extra.require_solver``.
"""
