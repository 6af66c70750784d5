"""Figures and claimed scores out of a narrative report, by the phrases that a ruleset declares in ``found_as``.

``narrative`` reads text, Word and PDF as one text with places; ``finding`` looks for the phrases; ``mending`` reads
a malformed figure where an identity leaves one reading; ``facts_file`` writes what was found.
"""
