"""Firings into a ledger that balances, and the ledger into points.

``lines`` is what a ledger is made of; ``leaf`` scores one criterion without children; ``branch``
rolls children up; ``scoring`` walks the tree, checks the balance at every node, and grades.
"""
