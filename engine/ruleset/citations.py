"""Where rules come from, in words: source, article, and what the status says of them."""

from __future__ import annotations

from engine.errors import Text, put, same
from engine.ruleset.model import Basis

STATUS_NAMES = {
    "published": Text("已公布", "published"),
    "framework": Text("共性框架", "framework"),
    "law": Text("法规", "law"),
    "modelled": Text("模型", "modelled"),
    "": Text("", ""),
}


def basis_text(basis: Basis | None) -> Text:
    """Where something comes from, its status, and the editor's note."""
    if basis is None:
        return Text("", "")
    source = same(" ".join(part for part in (basis.source, basis.article) if part))
    text = (
        put(Text("{0}（{1}）", "{0} ({1})"), source, STATUS_NAMES[basis.status]) if basis.status else source
    )
    if basis.status and not source.zh:
        text = STATUS_NAMES[basis.status]
    if basis.note is None:
        return text
    return put(Text("{0}：{1}", "{0}: {1}"), text, basis.note) if text.zh else basis.note
