"""Fuzzing: files that somebody broke, cut, mixed up or made with intent, through every door, each held against an oracle.

``doors.py`` lists the doors: how a file for each is made (``texts.py``, ``archives.py``, ``binaries.py``), what is run on it, and
what must be true of what comes out. For a score that is ``meaning.py``, which reads and scores a facts file by itself and
shares nothing with the engine. ``running.py`` runs inputs in processes of their own, with limits; ``shrinking.py`` makes an
input that failed small, and ``cases/`` keeps it. ``python -m tests.fuzz --minutes 10`` goes on for as long as it is let.
"""
