"""The libraries that documents need: asked for when a command uses them, missed in one clear message."""

from __future__ import annotations

from importlib.util import find_spec

from engine.errors import Problem, Text, UsageProblem


def require(*modules: str) -> None:
    """Raises :class:`UsageProblem` where one of ``modules`` is not installed."""
    missing = [name for name in modules if find_spec(name) is None]
    if missing:
        listed = ", ".join(missing)
        message = Text(
            f"这项功能需要的库没有安装（{listed}）", f"libraries for documents are missing ({listed})"
        )
        install = "pip install 'audit-score[documents]'"
        raise UsageProblem([Problem("D001", message, fix=Text(f"运行 {install}", f"run {install}"))])
