"""The rule language: ``text → parser → syntax → checker → terms → compiler → values``.

``terms`` is the form everything else works on; ``printer`` writes syntax back as text and
``explanation`` shows a term with its values.
"""
