"""Where things are kept between runs: built rulesets, and counterexamples that were found."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path | None:
    """The user's cache folder for ``audit``; ``None`` where ``AUDIT_CACHE=off`` says to keep nothing."""
    named = os.environ.get("AUDIT_CACHE")
    if named == "off":
        return None
    if named:
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME")
    try:
        return (Path(base) if base else Path.home() / ".cache") / "audit-score"
    except RuntimeError:  # no home folder
        return None
