"""The questions asked of a ruleset, a module each; ``registry`` lists them.

A module's docstring is what its users read: what is asked, and what each answer means.
"""
