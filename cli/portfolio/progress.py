"""Progress on standard error, where that is a terminal."""

from __future__ import annotations

import sys
import time

import click

from cli.context import Session
from engine.errors import Text

_STAGES = {
    "read": Text("读取事实文件", "reading facts files"),
    "stage": Text("检查数据", "checking the data"),
    "score": Text("列式评分", "scoring in columns"),
    "ledger": Text("生成扣分明细", "writing the ledger"),
    "direct": Text("逐个计算", "scoring one by one"),
    "write": Text("写出结果", "writing the result"),
}


class Progress:
    """Says what is being done, with the rate and the time left where things are counted."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.shown = sys.stderr.isatty()
        self.stage = ""
        self.began = 0.0
        self.said = 0.0

    def __call__(self, stage: str, done: int, of: int) -> None:
        if not self.shown:
            return
        now = time.monotonic()
        if stage != self.stage:
            self.stage, self.began, self.said = stage, now, 0.0
        if now - self.said < 0.1 and not 0 < done == of:
            return
        self.said = now
        line = self.session.say(_STAGES[stage])
        if of:
            rate = done / (now - self.began) if done and now > self.began else 0.0
            left = (of - done) / rate if rate else 0.0
            line += f" {done:,}/{of:,}"
            line += (
                self.session.say(
                    Text(f"，{rate:,.0f} 个/秒，还需 {left:.0f} 秒", f", {rate:,.0f}/s, {left:.0f} s left")
                )
                if rate
                else ""
            )
        click.echo(f"\r\033[K{line}", err=True, nl=False)

    def done(self) -> None:
        """Clear the line."""
        if self.shown:
            click.echo("\r\033[K", err=True, nl=False)
