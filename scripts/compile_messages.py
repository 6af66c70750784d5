"""Compile the catalogues of messages: every ``.po`` below ``cli/locale`` to the ``.mo`` beside it."""

from __future__ import annotations

import io
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).resolve().parent.parent / "cli" / "locale"


def compiled(catalogue: Path) -> bytes:
    """What the ``.mo`` beside the ``.po`` file should hold."""
    with catalogue.open("rb") as file:
        messages = read_po(file)
    buffer = io.BytesIO()
    write_mo(buffer, messages)
    return buffer.getvalue()


if __name__ == "__main__":
    for source in sorted(LOCALE.rglob("*.po")):
        source.with_suffix(".mo").write_bytes(compiled(source))
        print(source.with_suffix(".mo"))
