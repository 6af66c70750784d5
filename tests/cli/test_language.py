"""Help and usage errors, in the language that was asked for."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo

from cli.groups import LazyGroup
from cli.language import in_language, wanted
from cli.root import COMMANDS, audit
from scripts.compile_messages import LOCALE, compiled
from tests.command import ROOT
from tests.command import audit as run

CHINESE = re.compile(r"[\u3400-\u9fff]")


def commands(group: LazyGroup, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name in group.lazy:
        yield (*path, name)
        command = group.get_command(click.Context(group), name)
        if isinstance(command, LazyGroup):
            yield from commands(command, (*path, name))


assert isinstance(audit, LazyGroup)
EVERY = [(), *commands(audit)]


@pytest.mark.parametrize("path", EVERY, ids=lambda path: " ".join(("audit", *path)))
def test_help_speaks_one_language_at_a_time(path: tuple[str, ...]) -> None:
    chinese = run("--lang", "zh", *path, "--help").out
    english = run("--lang", "en", *path, "--help").out
    assert not CHINESE.search(english), english
    # Apart from the usage line and names, whatever the Chinese page says has Chinese in it.
    said = [block for block in re.split(r"\n\s*\n|\n(?=  -)", chinese) if not block.startswith("用法")]
    assert all(CHINESE.search(block) for block in said), chinese
    assert chinese.count("\n  -") == english.count("\n  -")


@pytest.mark.parametrize(
    ("arguments", "zh", "en"),
    [
        (("score",), "错误：缺少参数", "Error: Missing argument"),
        (
            ("skore",),
            "没有命令 'skore'。 是否应为“score”？",
            "No such command 'skore'. Did you mean 'score'?",
        ),
        (("score", "-f", "pdf", "x"), "'pdf' 不是可选的值", "'pdf' is not one of"),
        (("score", "--fomat", "csv", "x"), "没有选项 '--fomat'", "No such option '--fomat'"),
        (("rules", "test", "--max-examples", "many"), "'many' 不是", "'many' is not a valid"),
        (("--rulesets", "nowhere", "score", "x"), "不存在", "does not exist"),
    ],
)
def test_usage_errors(arguments: tuple[str, ...], zh: str, en: str) -> None:
    for language, wanted_text in (("zh", zh), ("en", en)):
        done = run("--lang", language, *arguments)
        assert done.code == 2
        assert wanted_text in done.err
        assert bool(CHINESE.search(done.err)) == (language == "zh")


@pytest.mark.parametrize(
    ("words", "variable", "language"),
    [
        ((), "", "zh"),
        ((), "en", "en"),
        (("--lang", "en", "score"), "", "en"),
        (("--lang=zh", "score"), "en", "zh"),
        (("--lang",), "en", "en"),
    ],
)
def test_the_language_is_known_before_anything_is_said(
    words: tuple[str, ...], variable: str, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUDIT_LANG", variable)
    assert wanted(words) == language


def test_a_text_in_one_language_is_for_both() -> None:
    assert in_language("Output format.", "zh") == "Output format."
    assert in_language("Output format 输出格式.", "zh") == "输出格式。"
    assert in_language("Output format 输出格式.", "en") == "Output format."
    assert in_language("One.\n\nTwo.\n\n一。\n\n二。", "zh") == "一。\n\n二。"


@pytest.mark.parametrize(
    "catalogue", sorted(LOCALE.rglob("*.po")), ids=lambda path: str(path.relative_to(ROOT))
)
def test_the_compiled_messages_are_those_of_the_catalogue(catalogue: Path) -> None:
    """Their header does not count: it names the release of Babel that compiled them."""
    kept = read_mo(io.BytesIO(catalogue.with_suffix(".mo").read_bytes()))
    anew = read_mo(io.BytesIO(compiled(catalogue)))
    assert said(kept) == said(anew), "run: make messages"
    assert (kept.charset, kept.plural_expr) == (anew.charset, anew.plural_expr)
    assert len(said(kept)) > 20


def said(catalogue: Catalog) -> list[object]:
    """Every message of a compiled catalogue, with what it is translated to."""
    return [[one.context, one.id, one.string] for one in catalogue if one.id]


def test_every_line_of_the_list_of_commands_is_in_both_languages() -> None:
    assert all(CHINESE.search(line) for _, _, line in COMMANDS.values())
