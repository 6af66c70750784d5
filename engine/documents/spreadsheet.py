"""A workbook being written, in which every text stays a text.

XlsxWriter does the format. Nothing that comes from a ruleset or a facts file is taken for a formula or
a link, and a number goes in as a number only where a cell holds it exactly.
"""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

from engine.documents.extras import require
from engine.errors import Language, Problem, Text, UsageProblem

FONT = "Microsoft YaHei"
_LONGEST_TEXT = 32_767
_STARTS_FORMULA = tuple("=+-@\t\r＝＋－＠")
"""What a spreadsheet may take for the beginning of a formula when a cell is edited or pasted."""


class Spreadsheet:
    """A workbook in one language; ``finished`` gives its bytes."""

    def __init__(self, title: str, comments: str, year: int, language: Language) -> None:
        require("xlsxwriter")
        import xlsxwriter

        self.language: Language = language
        self.buffer = io.BytesIO()
        self.book: Any = xlsxwriter.Workbook(self.buffer, {"in_memory": True})
        # A fixed day, so that the same content is the same file.
        created = datetime(max(year, 1980), 1, 1)  # noqa: DTZ001
        self.book.set_properties({"title": title, "comments": comments, "created": created})
        self.styles: dict[tuple[Any, ...], Any] = {}
        self.settings: dict[int, dict[str, Any]] = {}

    def say(self, text: Text) -> str:
        return text.in_language(self.language)

    def style(self, **settings: Any) -> Any:
        """A format with these settings, made once."""
        key = tuple(sorted((name, str(value)) for name, value in settings.items()))
        if key not in self.styles:
            base = {"font_name": FONT, "font_size": 10, "valign": "vcenter"}
            self.styles[key] = self.book.add_format(base | settings)
            self.settings[id(self.styles[key])] = settings
        return self.styles[key]

    def text(self, sheet: Any, row: int, place: int, text: str, style: Any) -> None:
        """Write ``text`` as what it is; rows and places count from 0."""
        if len(text) > _LONGEST_TEXT:
            message = Text(
                f"文字过长，放不进单元格（最多 {_LONGEST_TEXT:,} 字）",
                f"a text is too long for a cell (at most {_LONGEST_TEXT:,} characters)",
            )
            raise UsageProblem([Problem("D006", message, path=f"{sheet.get_name()}: {text[:30]}…")])
        if text.startswith(_STARTS_FORMULA):
            # Kept as text when the cell is edited, too.
            style = self.style(**self.settings[id(style)], quote_prefix=True)
        if text:
            sheet.write_string(row, place, text, style)
        else:
            sheet.write_blank(row, place, None, style)

    def finished(self) -> bytes:
        self.book.close()
        return self.buffer.getvalue()
