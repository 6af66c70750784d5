"""A scoring as people hand it in and hang it up: a page, an official score sheet, a Word report, Markdown.

``content`` gathers what every one of them tells, in one language; each format is a module of its own.
"""
