"""An input that failed, made small: pieces are left out as long as the same fault shows."""

from __future__ import annotations

from pathlib import Path

from tests.fuzz.running import Trial, run


def shrunk(trial: Trial, content: bytes, fault: str, path: Path, most: int = 400) -> bytes:
    """The smallest input found within ``most`` trials."""
    size, tried = max(1, len(content) // 2), 0
    while size and tried < most:
        place, smaller = 0, False
        while place < len(content) and tried < most:
            candidate = content[:place] + content[place + size :]
            tried += 1
            if run(trial, [candidate], path)[0].fault == fault:
                content, smaller = candidate, True
            else:
                place += size
        size = size if smaller and size > 1 else size // 2
    return content
