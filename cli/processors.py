"""How many processes are worth running at a time."""

from __future__ import annotations

import os


def available_processors() -> int:
    """The processors that this process may use, where the system tells; else those it has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
