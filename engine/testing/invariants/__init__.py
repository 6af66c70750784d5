"""Properties that every score has, whatever the department: each named, documented, and checkable.

A property says first which criteria of a ruleset it speaks of, and of the others why it does not. It
is then tried on generated departments. One module a family; ``registry.py`` has them in order.
"""
