"""A change between two rulesets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.errors import Text

Kind = Literal["added", "removed", "moved", "changed"]


@dataclass(frozen=True, slots=True)
class Change:
    """One change. ``subject`` says what it concerns, ``aspect`` which side of it; before and after in words."""

    kind: Kind
    path: str
    subject: Text
    aspect: Text
    before: str = ""
    after: str = ""

    def describe(self) -> Text:
        """The change as a sentence."""
        one, aspect = self.subject, self.aspect
        match self.kind:
            case "added":
                more = f"：{self.after}" if self.after else ""
                return Text(f"新增{one.zh}{more}", f"added {one.en}{': ' + self.after if self.after else ''}")
            case "removed":
                more = f"：{self.before}" if self.before else ""
                return Text(
                    f"删除{one.zh}{more}", f"removed {one.en}{': ' + self.before if self.before else ''}"
                )
            case "moved":
                return Text(
                    f"{one.zh}：由“{self.before}”移到“{self.after}”之下",
                    f"{one.en}: moved from '{self.before}' to '{self.after}'",
                )
        before, after = self.before or "—", self.after or "—"
        return Text(
            f"{one.zh}：{aspect.zh}由 {before} 改为 {after}",
            f"{one.en}: {aspect.en} changed from {before} to {after}",
        )
