"""Runs of the program, forked from a process that has it loaded.

A run of ``audit`` is a process with streams, a folder and an environment of its own, in the tests too. Only what every
one of them would do alike is done once: to load Python's modules, which is half a second of each. :mod:`.server` loads them
and forks; :mod:`.client` asks it for a run, from the tests and, as ``audit``, from the shell.
"""
