"""Narrative reports, as text, Word and PDF: refused, or read to the end within the limits."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random

from tests.command import ROOT
from tests.fuzz.archives import spoilt_package, spoilt_raw
from tests.fuzz.calling import call, expect, refusal
from tests.fuzz.doors.base import Door
from tests.fuzz.running import Kind
from tests.fuzz.texts import spoilt_bytes, spoilt_text

FOLDER = ROOT / "fixtures" / "reports"
STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)


@cache
def _seed(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


def _text(order: Random) -> bytes:
    return spoilt_bytes(_seed("plain.txt"), order)


def _word(order: Random) -> bytes:
    return spoilt_package(_seed("table.docx"), order)


def _pdf(order: Random) -> bytes:
    """Slips in one of the streams, or in what stands between them."""
    content = _seed("printed.pdf")
    streams = list(STREAM.finditer(content))
    if not streams or order.random() < 0.5:
        return spoilt_raw(content, order)
    one = order.choice(streams)
    try:
        inner = zlib.decompress(one[1])
    except zlib.error:
        return spoilt_raw(content, order)
    changed = spoilt_text(inner.decode("latin-1"), order).encode("latin-1", "replace")
    return content[: one.start(1)] + zlib.compress(changed) + content[one.end(1) :]


def _trial(path: Path) -> Kind:
    return refusal(expect(call(["extract", path, "-r", "guangdong/2024"]), 0, 2, 3).code)


def _door(name: str, suffix: str, make: Callable[[Random], bytes]) -> Door:
    return Door(name, suffix, make, _trial)


DOORS = (_door("reports", ".txt", _text), _door("word", ".docx", _word), _door("pdf", ".pdf", _pdf))
