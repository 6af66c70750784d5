"""An exact, explaining engine for published scoring tables.

The flow::

    facts file → facts        every value found, exact, within its bounds       engine.facts
    ruleset    → rules        named, typed, compiled once                       engine.ruleset, engine.language
    facts × rules → decisions what holds, for which records; two ways, agreed   engine.inference
    decisions  → ledger       lines that balance against the points, a grade    engine.ledger
    ledger     → record       a document with hashes, which can be verified     engine.record

``engine.scoring`` walks it from facts to ledger. All errors are in ``engine.errors``.
"""

__version__ = "0.1.0"
