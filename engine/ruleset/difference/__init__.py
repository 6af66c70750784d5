"""What changed between two rulesets, in words an auditor reads.

Rulesets are compared resolved, by ids: layout, comments, the order of keys, and a name that was
changed everywhere make no difference. ``naming`` finds such names; ``comparing`` walks both
rulesets; ``changes`` is what a change is.
"""
