"""The summary as a picture: totals, grades, and the rules that cost most."""

from __future__ import annotations

import io
import logging
from pathlib import Path
from typing import Any

from engine.errors import Problem, Text, UsageProblem
from engine.portfolio.summary import Summary

CHINESE_FONTS = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei",
    "Microsoft YaHei", "SimHei", "PingFang SC", "Heiti SC", "Noto Sans CJK JP", "AR PL UMing CN", "Droid Sans Fallback",
)  # fmt: skip


def plot(summary: Summary, path: Path) -> tuple[bytes, bool]:
    """A PNG or SVG, as the name of ``path`` asks, and whether a Chinese font was there to write with.

    Without one the picture is labelled in English and by ids; grades that are Chinese are numbered from the best.
    """
    # Where it keeps its list of fonts, and that there is no place for it, is of no concern to the user.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    try:
        import matplotlib as mpl
    except ImportError:
        message = Text("缺少软件包 matplotlib", "the package matplotlib is not installed")
        fix = Text("运行 pip install 'audit-score[portfolio]'", "run pip install 'audit-score[portfolio]'")
        raise UsageProblem([Problem("U030", message, fix=fix)]) from None
    mpl.use("Agg")
    from matplotlib import font_manager
    from matplotlib.figure import Figure

    there = {one.name for one in font_manager.fontManager.ttflist}
    font = next((one for one in CHINESE_FONTS if one in there), "")
    settings: dict[Any, Any] = {
        "svg.hashsalt": "audit",
        "font.family": [font] if font else ["DejaVu Sans"],
        "axes.unicode_minus": False,
    }
    kind = "svg" if path.suffix.lower() == ".svg" else "png"
    with mpl.rc_context(settings):
        figure = Figure(figsize=(11, 4), layout="constrained")
        _draw(figure, summary, chinese=bool(font))
        buffer = io.BytesIO()
        figure.savefig(
            buffer, format=kind, dpi=120, metadata={"Date": None} if kind == "svg" else {"Software": None}
        )
    return buffer.getvalue(), bool(font)


def _draw(figure: object, summary: Summary, *, chinese: bool) -> None:
    totals, grades, rules = figure.subplots(1, 3)  # type: ignore[attr-defined]

    def say(zh: str, en: str) -> str:
        return zh if chinese else en

    bins = summary["histogram"]
    starts = [float(one["from"]) for one in bins]
    widths = [float(one["to"]) - float(one["from"]) for one in bins]
    totals.bar(starts, [one["departments"] for one in bins], width=widths, align="edge", edgecolor="white")
    totals.set_title(say("总分分布", "Totals"))
    totals.set_xlabel(say("总分", "points"))
    totals.set_ylabel(say("部门数", "departments"))
    graded = [one for one in summary["grades"] if one["grade"]]
    names = [
        one["grade"].replace("$", r"\$") if chinese or one["grade"].isascii() else f"{number}"  # no formula
        for number, one in enumerate(graded, 1)
    ]
    grades.bar(names, [one["departments"] for one in graded], color="tab:green")
    grades.set_title(say("等级", "Grades (1 is the best)"))
    costly = summary["rules"][::-1]
    rules.barh(
        [f"{one['rule']}\n{one['criterion']}" for one in costly],
        [float(one["points"]) for one in costly],
        color="tab:red",
    )
    rules.set_title(say("扣分最多的规则", "Rules that cost most"))
    rules.set_xlabel(say("扣分合计", "points lost"))
    rules.tick_params(axis="y", labelsize=7)
