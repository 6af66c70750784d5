"""Two rulesets in points: for each criterion whether the later one is stricter or more lenient, and for whom.

Both are asked about one department, their facts united by name. ``meaning`` tells without a solver what was
only moved or not touched at all; ``common`` what the two ask departments for; ``lifting`` compares
deductions one record at a time; ``comparing`` asks the solver about the rest, leaves first, and ``worst``
for the department that loses most. A department that is shown has been scored by both.
"""
