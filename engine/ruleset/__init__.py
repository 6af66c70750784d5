"""Rulesets: the document, its overlays, and the compiled form that everything else evaluates.

``source → overlay → document (shape) → building (names, types, closures) → model``
"""
