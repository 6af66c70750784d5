"""A scoring as one web page that needs nothing else: to read on a screen or a phone, to hear, to print."""

from __future__ import annotations

from engine.documents.report.content import Report, Step
from engine.documents.report.templates import environment, shipped
from engine.errors import Text
from engine.language.numbers import HUNDRED, ZERO, Rational, format_exact, format_fixed

WORDS = {
    "skip": Text("跳到正文", "Skip to the report"),
    "contents": Text("目录", "Contents"),
    "result": Text("自评结果", "Result"),
    "grade": Text("等级", "grade"),
    "of": Text("满分", "of"),
    "lost": Text("扣分", "lost"),
    "claimed": Text("自评得分", "claimed"),
    "open": Text("待说明", "to be explained"),
    "items": Text("项", ""),
    "points_by": Text("分项得分", "Points by criterion"),
    "points_caption": Text(
        "每项指标的分值、得分和得分率", "Each criterion's points, what it earned, and the share"
    ),
    "criterion": Text("指标", "criterion"),
    "points": Text("分值", "points"),
    "earned": Text("得分", "earned"),
    "share": Text("得分率", "share"),
    "note": Text("备注", "note"),
    "waterfall": Text("从满分到得分", "From the full points to the total"),
    "waterfall_caption": Text("各指标扣去或加上的分", "What each criterion took or added"),
    "full": Text("满分", "full points"),
    "total": Text("总分", "total"),
    "change": Text("增减", "change"),
    "after": Text("余分", "left"),
    "axis": Text("条形图横轴", "the bars run"),
    "ledger": Text("扣分明细", "Ledger"),
    "ledger_caption": Text("每一笔扣分的规则、数字和依据", "Every line with its rule, figures and clause"),
    "rule": Text("规则", "rule"),
    "record": Text("对象", "record"),
    "nominal": Text("应扣", "nominal"),
    "applied": Text("实扣", "applied"),
    "because": Text("说明和算式", "why, and the formula"),
    "basis": Text("依据", "basis"),
    "nothing": Text("没有扣分。", "Nothing was deducted."),
    "claims": Text("自评与计算对照", "Claimed against computed"),
    "claims_caption": Text("自评得分与按规则计算的得分", "Claimed points beside those computed"),
    "computed": Text("计算得分", "computed"),
    "difference": Text("差异", "difference"),
    "agrees": Text("一致", "agrees"),
    "differs": Text("不一致", "differs"),
    "no_claims": Text("没有填报自评得分。", "No scores were claimed."),
    "improve": Text("问题和改进措施", "Problems and improvements"),
    "problem": Text("问题", "problem"),
    "action": Text("改进措施", "what to do"),
    "to_explain": Text("待说明事项", "To be explained"),
    "no_points": Text("规则要求说明而不扣分的事项", "The rules ask for an explanation, without points"),
    "missing": Text("尚无说明", "no explanation yet"),
    "warnings": Text("核对提示", "Warnings"),
    "evidence": Text("事实和出处", "Evidence"),
    "evidence_caption": Text("每项事实的取值和来源", "Each fact's value and where it comes from"),
    "fact": Text("事实", "fact"),
    "value": Text("取值", "value"),
    "source": Text("来源", "source"),
    "page": Text("位置", "page"),
    "status": Text("状态", "status"),
    "provenance": Text("复核信息", "To verify it"),
    "year": Text("年度", ""),
}


def render(report: Report) -> bytes:
    """The page."""
    jinja = environment()
    jinja.filters["percent"] = _percent
    page = jinja.from_string(shipped("page.html").decode())
    words = {name: text.zh if report.language == "zh" else text.en for name, text in WORDS.items()}
    low, high = scale(report.steps)
    html = page.render(
        report=report, words=words, bars=[_placed(step, low, high) for step in report.steps],
        axis=(format_exact(low), format_exact(high)), total=_placed_total(report, low, high),
    )  # fmt: skip
    return str(html).encode()


def _percent(share: Rational) -> str:
    """A share in percent, as a drawing takes it and a reader sees it."""
    text = format_fixed(share * HUNDRED, 1)
    return text.removesuffix(".0")


def scale(steps: tuple[Step, ...]) -> tuple[Rational, Rational]:
    """From which to which points the waterfall runs: round numbers that hold all of it, and show it large."""
    levels = [level for step in steps for level in (step.start, step.end)]
    if not levels:
        return ZERO, HUNDRED
    high, lowest = max(levels), min(levels)
    for unit in (5, 10, 20, 50):
        low = Rational(int(lowest // unit) * unit)
        if low < lowest and high - low <= unit * 2:
            break
    else:
        low = ZERO
    return max(low, ZERO) if lowest >= 0 else Rational(int(lowest // 10) * 10), high


def _placed(step: Step, low: Rational, high: Rational) -> dict[str, object]:
    """A step with the place of its bar, in hundredths of the width."""
    left, right = sorted((step.start, step.end))
    width = high - low
    return {
        "step": step, "gain": step.end > step.start, "left": format_fixed((left - low) / width * HUNDRED, 2),
        "width": format_fixed(max((right - left) / width * HUNDRED, Rational(1, 2)), 2),
        "after": format_fixed(step.end, 2),
    }  # fmt: skip


def _placed_total(report: Report, low: Rational, high: Rational) -> str:
    end = report.steps[-1].end if report.steps else high
    return format_fixed((end - low) / (high - low) * HUNDRED, 2)
