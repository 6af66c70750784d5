"""What can be wrong with a ruleset that can be read: one module a check.

A check's module has a docstring that is its user page (with PASS and FAIL examples), a ``CHECK``
that gives its stable code, title and severity, and a function ``find(ruleset)`` that yields a
problem for each place. To add a check, write such a module and list it in ``registry.py``.
"""
