"""What runs long can be stopped: what was begun is cleared away, and the exit code is the one shells know."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import click

from cli.context import Session
from engine.errors import Text

_STOPPING = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def interruptible(session: Session) -> Iterator[None]:
    """Ctrl-C and SIGTERM end what is inside with exit code 130 or 143, after everything temporary is removed.

    The database turns whatever a handler raises while a query runs into an error of its own. So the handler
    keeps what came, and what was raised does not matter.
    """
    came: list[int] = []

    def stop(number: int, _: FrameType | None) -> None:
        if not came:  # a second one would interrupt the clearing away
            came.append(number)
            raise KeyboardInterrupt

    before = {one: signal.signal(one, stop) for one in _STOPPING}
    try:
        yield
    except BaseException:
        if not came:
            raise
        click.echo(session.say(Text("已中断", "interrupted")), err=True)
        raise SystemExit(128 + came[0]) from None
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
