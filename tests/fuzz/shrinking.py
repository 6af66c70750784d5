"""An input that failed, made small: pieces are left out as long as the same fault shows."""

from __future__ import annotations

import time
from pathlib import Path

from tests.fuzz.running import Trial, run

MINUTE = 60


def shrunk(trial: Trial, content: bytes, fault: str, path: Path) -> bytes:
    """The smallest input found within a minute."""
    size, until = max(1, len(content) // 2), time.monotonic() + MINUTE
    while size and time.monotonic() < until:
        place, smaller = 0, False
        while place < len(content) and time.monotonic() < until:
            candidate = content[:place] + content[place + size :]
            if run(trial, [candidate], path)[0].fault == fault:
                content, smaller = candidate, True
            else:
                place += size
        size = size if smaller and size > 1 else size // 2
    return content
