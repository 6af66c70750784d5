"""Files are read as text with places, and what could hide something or never end is refused."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.errors import AuditError, FactsError, Position, Problem, RulesetError
from engine.source import (
    MAX_BYTES,
    MAX_DEPTH,
    MAX_ITEMS,
    MAX_LENGTH,
    MAX_PROBLEMS,
    Mapping,
    Node,
    Scalar,
    Sequence,
    hidden_at,
    node_at,
    parse_source,
    plain,
    read_source,
)

MEGABYTES = 10 * 1024 * 1024


def read(content: str | bytes) -> Node:
    return parse_source(content.encode() if isinstance(content, str) else content, "f.yaml", FactsError)


def problems(content: str | bytes) -> tuple[Problem, ...]:
    with pytest.raises(AuditError) as caught:
        read(content)
    assert isinstance(caught.value, FactsError)
    for problem in caught.value.problems:
        assert problem.message.zh
        assert len(problem.render("en")) < 400
        assert "\n" not in problem.render("en")
    return caught.value.problems


def places(content: str | bytes) -> list[tuple[str, int, int]]:
    found = []
    for problem in problems(content):
        assert problem.where is not None
        assert problem.where.file == "f.yaml"
        found.append((problem.code, problem.where.line, problem.where.column))
    return found


# What is read


@pytest.mark.parametrize(
    ("content", "value"),
    [
        ("a: 1\nb: [x, 'y', \"z\"]\nc: {d: e}\n", {"a": "1", "b": ["x", "y", "z"], "c": {"d": "e"}}),
        ("a:\n- 1\n- b: 2\n", {"a": ["1", {"b": "2"}]}),
        # every scalar stays what was written
        ("a: 24,066.41\nb: 1e5\nc: 0x1F\nd: 012\ne: yes\nf: 2024-03-04\ng: 1_000\nh: .inf\n",
         {"a": "24,066.41", "b": "1e5", "c": "0x1F", "d": "012", "e": "yes", "f": "2024-03-04", "g": "1_000", "h": ".inf"}),
        ("a: 0.1000000000000000055511151231257827\n", {"a": "0.1000000000000000055511151231257827"}),
        # nothing
        ("a:\nb: ~\nc: null\nd: NULL\ne: ''\nf: 'null'\ng: \"~\"\nh: nil\n",
         {"a": None, "b": None, "c": None, "d": None, "e": "", "f": "null", "g": "~", "h": "nil"}),
        # blocks
        ("a: |\n  one\n   two\nb: >\n  one\n  two\n\n  three\nc: >-\n  x\n", {"a": "one\n two\n", "b": "one two\nthree\n", "c": "x"}),
        ("a: one\n  two\n\n  three\n", {"a": "one two\nthree"}),
        ("# only this\n---\na: 1 # and this\n...\n", {"a": "1"}),
        ("合同: {编号: 甲-1}\n", {"合同": {"编号": "甲-1"}}),
        ("a: ! 1\n", {"a": "1"}),
        ("<<: {a: 1}\n", {"<<": {"a": "1"}}),
        ("? a\n: 1\n", {"a": "1"}),
        ("[]", []),
        ("hello", "hello"),
        # JSON
        ('{"a": 1.50, "b": [true, null, "x\\ty\\/"], "c": {}}', {"a": "1.50", "b": ["true", None, "x\ty/"], "c": {}}),
        ('\n\n{\n\t"a":\t1\n}\n', {"a": "1"}),
        ('{"a": "\\u4e2d\\ud83d\\ude00\\ud842\\udfb7"}', {"a": "中😀𠮷"}),
        ('{"a": "\\\\ud83d"}', {"a": "\\ud83d"}),
        ('{"\\ud83d\\ude00": "\\\\\\ud83d\\ude00"}', {"😀": "\\😀"}),
        # in YAML they are no escapes outside of quotes
        ("a: \\ud83d\\ude00\nb: '\\ud83d\\ude00'\n", {"a": "\\ud83d\\ude00", "b": "\\ud83d\\ude00"}),
        ('a: "\\U0001f600\\x41\\t\\_"\n', {"a": "😀A\t\xa0"}),
    ],
)  # fmt: skip
def test_a_document(content: str, value: Any) -> None:
    assert plain(read(content)) == value


VALUES = st.recursive(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]).filter(lambda one: hidden_at(one) < 0), max_size=8) | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc中😀\"'\\ ", max_size=4), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(VALUES, st.booleans(), st.sampled_from([None, 0, 2, "\t"]))
def test_any_json_reads_back(value: Any, ascii_only: bool, indent: int | str | None) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    assume(ascii_only is False or not isinstance(value, str))  # a text alone is no JSON object or list
    assert plain(read(text)) == value


@pytest.mark.parametrize("content", ["a: 1\nb: 'x\n  y'\n", "a: |\n  x\n\n  y\nb:\n- 1\n"])
@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
def test_windows_files(content: str, line_end: str) -> None:
    """With a byte order mark and other line ends: the same values at the same places."""
    document, windows = read(content), read(b"\xef\xbb\xbf" + content.replace("\n", line_end).encode())
    assert plain(document) == plain(windows)
    assert _all_places(document) == _all_places(windows)
    broken = content + "z: [\n"
    assert places(b"\xef\xbb\xbf" + broken.replace("\n", line_end).encode()) == places(broken)


def _all_places(node: Node) -> list[str]:
    found = [str(node.position)]
    if isinstance(node, Mapping):
        for entry in node.entries.values():
            found += [str(entry.key.position), *_all_places(entry.value)]
    elif isinstance(node, Sequence):
        for item in node.items:
            found += _all_places(item)
    return found


def test_every_node_has_its_place() -> None:
    root = read("甲: 1\n乙:\n  - 'x'\n  - {丙: 'y'}\n")
    assert _all_places(root) == [
        "f.yaml:1:1", "f.yaml:1:1", "f.yaml:1:4", "f.yaml:2:1", "f.yaml:3:3", "f.yaml:3:5", "f.yaml:4:5", "f.yaml:4:6",
        "f.yaml:4:9",
    ]  # fmt: skip


def test_places_after_escapes_for_rare_characters() -> None:
    """A pair of escapes is one character to YAML, but twelve columns to a reader."""
    text = '{"a": "\\ud83d\\ude00\\ud842\\udfb7", "b": [1,\n"\\ud83d\\ude00x", 2], "a": 3}'
    [(code, line, column)] = places(text)
    assert (code, line) == ("S111", 2)
    assert text.split("\n")[1][column - 1 :] == '"a": 3}'
    root = read(text.replace('"a": 3', '"c": 3'))
    assert isinstance(root, Mapping)
    assert str(root.entries["b"].key.position) == "f.yaml:1:35"
    deep = node_at(root, ("b", 1))
    assert isinstance(deep, Scalar)
    assert str(deep.locate(1)) == "f.yaml:2:14"
    many = '{"a": "' + "\\ud83d\\ude00" * 20 + '", "a": 1}'
    assert places(many) == [("S111", 1, many.rindex('"a"') + 1)]


def test_the_node_at_a_path() -> None:
    root = read("a:\n  b: [1, {c: 2}]\n")
    assert str(node_at(root, ("a", "b", 1, "c")).position) == "f.yaml:2:14"
    assert str(node_at(root, ()).position) == "f.yaml:1:1"
    # steps that lead nowhere are passed over
    assert str(node_at(root, ("a", "x")).position) == "f.yaml:2:3"
    for beyond in (2, 7):
        assert str(node_at(root, ("a", "b", beyond)).position) == "f.yaml:2:6"
    assert str(node_at(root, ("a", "function-wrap", "b", 0)).position) == "f.yaml:2:7"
    assert isinstance(root, Mapping)
    assert root.get("a") is not None
    assert root.get("b") is None


# What is refused


@pytest.mark.parametrize(
    ("content", "found"),
    [
        # no document, and more than one
        ("", [("S105", 1, 1)]),
        ("\n \n", [("S105", 1, 1)]),
        ("# nothing\n", [("S105", 1, 1)]),
        (b"\xef\xbb\xbf", [("S105", 1, 1)]),
        ("a: 1\n---\nb: 2\n", [("S106", 2, 1)]),
        ("--- a\n--- b\n", [("S106", 2, 1)]),
        # other encodings
        ("a: 甲\n".encode("utf-16"), [("S103", 1, 1)]),
        ("部门: 甲\n".encode("gbk"), [("S103", 1, 1)]),
        ("中文: 一\n中文: ".encode() + b"\xff", [("S103", 2, 5)]),
        (b"\xef\xbb\xbfab: \xff", [("S103", 1, 5)]),
        (b"a: 1\r\nb: \xc0\xaf", [("S103", 2, 4)]),
        (b"a: \xed\xa0\xbd", [("S103", 1, 4)]),
        ("a: 1\n".encode("utf-16-le"), [("S104", 1, 2)]),
        # control characters
        ("中文: 一\nb: \"二\x01\"\n", [("S104", 2, 6)]),
        ("a: \x00\n", [("S104", 1, 4)]),
        ("a: x\x7f\n", [("S104", 1, 5)]),
        ("a: \x1b[31m\n", [("S104", 1, 4)]),
        ("a: \ufffe\n", [("S104", 1, 4)]),
        ('a: "b\\e[31m"\nc: "\\x07"\n', [("S104", 1, 6), ("S104", 2, 5)]),
        # characters that nobody sees
        ("a: b\u202ec\nd: e\u200bf\n", [("S104", 1, 5), ("S104", 2, 5)]),
        ("a: b # \u2066\n", [("S104", 1, 8)]),
        ("a\u2060: b\n", [("S104", 1, 2)]),
        ('{"a": "b\\u202ec"}', [("S104", 1, 9)]),
        ('{"\\u200da": "b"}', [("S104", 1, 3)]),
        ("a: b\ufeff\n", [("S104", 1, 5)]),
        # anchors, aliases and tags
        ("a: &x 1\nb: *x\n", [("S108", 1, 4)]),
        ("a: *x\n", [("S108", 1, 4)]),
        ("&x a: 1\n", [("S108", 1, 1)]),
        ("- &x [1]\n", [("S108", 1, 3)]),
        ("&x {a: 1}\n", [("S108", 1, 1)]),
        ("a: {b: 1}\n<<: *a\n", [("S108", 2, 5)]),
        ("a: !!int 1\n", [("S109", 1, 4)]),
        ("a: !!python/object/apply:os.system [x]\n", [("S109", 1, 4)]),
        ("!mine\na: 1\n", [("S109", 1, 1)]),
        ("a: !!map {}\n", [("S109", 1, 4)]),
        # keys
        ("a: 1\nb: 2\na: 3\nc:\n  d: 1\n  d: 2\na: 4\n", [("S111", 3, 1), ("S111", 6, 3), ("S111", 7, 1)]),
        ('{"a": 1, "a": 2, \'a\': 3}', [("S111", 1, 10), ("S111", 1, 18)]),
        ("a: 1\n'a': 2\n\"\\x61\": 3\n", [("S111", 2, 1), ("S111", 3, 1)]),
        ("- {a: 1, a: 2}\n- {a: 1}\n", [("S111", 1, 10)]),
        ("? [a]\n: 1\n", [("S110", 1, 3)]),
        ("{{a: b}: c}", [("S110", 1, 2)]),
        ("because: {x} is too low\n", [("S104", 1, 14)]),
        # syntax
        ("a: [1, 2\n", [("S104", 2, 1)]),
        ("a: b: c\n", [("S104", 1, 5)]),
        ("a: 'x\n", [("S104", 1, 4)]),
        ("a: \"\\q\"\n", [("S104", 1, 5)]),
        ("a: @b\n", [("S104", 1, 4)]),
        ("\ta: 1\n", [("S104", 1, 1)]),
        ("a:\n  - 1\n b: 2\n", [("S104", 3, 2)]),
        ("%YAML 3.0\n---\na: 1\n", [("S104", 1, 1)]),
        ('{"a": "\\ud83d"}', [("S104", 1, 10)]),
        ('{"a": "\\ude00\\ud83d"}', [("S104", 1, 10)]),
    ],
)  # fmt: skip
def test_a_file_that_is_refused(content: str | bytes, found: list[tuple[str, int, int]]) -> None:
    assert places(content) == found


def test_messages() -> None:
    [problem] = problems("a: 1\nb: 2\na: 3\n")
    assert problem.message.en == "the key 'a' is here twice (first in line 1)"
    [problem] = problems("a: \x01\n")
    assert problem.message.en == "the character U+0001 is not allowed (a control character)"
    [problem] = problems("a: !!int 1\n")
    assert problem.message.en == "tags are not supported (tag:yaml.org,2002:int)"
    [problem] = problems("a: [\n")
    assert problem.message.en == "the YAML is broken: a value is wanted here"
    [problem] = problems("facts:\n  income：25,674.96\n  spent: 3\n")
    assert problem.message.en == "the YAML is broken: a full-width colon"
    assert (problem.where.line, problem.where.column) == (2, 9) if problem.where else False
    [problem] = problems("部门: 甲\n".encode("gbk"))
    assert problem.fix is not None
    assert "GBK" in problem.fix.en


BOMB = "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
WORST = ("[", "{", "a:\n ")
"""These are read at full length; of the rest half a megabyte will do."""
ENDLESS = {
    "[": ("S107", 1, MAX_DEPTH + 1),
    "{": ("S110", 1, 2),
    "[{a: ": ("S107", 1, 5 * (MAX_DEPTH // 2) + 1),
    "- ": ("S107", 1, 2 * MAX_DEPTH + 1),
    "? ": ("S110", 1, 3),
    "a:\n ": ("S111", 3, 2),
    "]": ("S104", 1, 1),
    "!": ("S109", 1, 1),
    "&": ("S104", 1, 2),
    "\\ud83d": ("S131", 1, 1),
    '{"\\ud83d\\ude00": ': ("S107", 1, 17 * MAX_DEPTH + 1),
    "#": ("S105", 1, 1),
    "--- a\n": ("S106", 2, 1),
    "中": ("S131", 1, 1),
    "[],": ("S104", 1, 3),
}


def test_an_anchor_bomb_does_not_explode() -> None:
    assert places(f"a: &a lol\n{BOMB}") == [("S108", 1, 4)]


@pytest.mark.parametrize("unit", ENDLESS)
def test_megabytes_of(unit: str) -> None:
    code, line, column = ENDLESS[unit]
    size = MEGABYTES if unit in WORST else MEGABYTES // 20
    content = (unit * (size // len(unit.encode()))).encode()
    found = places(content)
    assert len(found) <= MAX_PROBLEMS
    assert found[0] == (code, line, column)


def test_blocks_nested_ten_thousand_deep() -> None:
    nested = "".join(f"{' ' * depth}a:\n" for depth in range(3000))
    assert places(nested) == [("S107", MAX_DEPTH + 1, MAX_DEPTH + 1)]
    fits = "".join(f"{' ' * depth}a:\n" for depth in range(MAX_DEPTH))
    assert isinstance(read(fits), Mapping)
    assert places(f"{fits}{' ' * MAX_DEPTH}a: 1\n") == [("S107", MAX_DEPTH + 1, MAX_DEPTH + 1)]


def test_items_are_counted() -> None:
    assert isinstance(read(f"[{'a,' * (MAX_ITEMS - 1)}]"), Sequence)
    [problem] = problems(f"[{'[],' * 2 * MAX_ITEMS}]")
    assert (problem.code, problem.where) == ("S130", Position("f.yaml", 1, 3 * (MAX_ITEMS - 1) + 2))


@pytest.mark.parametrize("written", ["{}", "'{}'", '"{}"', "|\n  {}", ">\n  {}", "# x\n  {}"])
def test_texts_have_a_longest(written: str) -> None:
    assert isinstance(read("a: " + written.format("x" * MAX_LENGTH)), Mapping)
    assert places("a: " + written.format("x" * (MAX_LENGTH + 2)))[0][0] == "S131"


def test_a_hundred_problems_are_enough() -> None:
    found = problems("a: 1\n" * 500)
    assert len(found) == MAX_PROBLEMS


@given(
    st.binary(max_size=40) | st.text("a1:-[]{}'\"&*!|>#? \n\t%@`\\,\x00\ufeff中", max_size=25).map(str.encode)
)
def test_any_bytes_are_read_or_refused_at_a_place_in_them(content: bytes) -> None:
    try:
        root = read(content)
    except FactsError as error:
        lines = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        for problem in error.problems:
            assert problem.where is not None
            assert 1 <= problem.where.line <= len(lines)
            assert 1 <= problem.where.column <= len(lines[problem.where.line - 1]) + 1
    else:
        plain(root)


# Files


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "事实.yaml"
    path.write_text("a: 1\n", encoding="utf-8")
    assert plain(read_source(path, FactsError)) == {"a": "1"}
    assert read_source(path, FactsError).position.file == str(path)
    assert read_source(path, FactsError, "shown.yaml").position.file == "shown.yaml"


def unreadable(path: Path) -> Problem:
    with pytest.raises(RulesetError) as caught:
        read_source(path, RulesetError)
    [problem] = caught.value.problems
    assert problem.where is not None
    assert problem.where.file == str(path)
    return problem


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    missing = unreadable(tmp_path / "missing.yaml")
    assert (missing.code, missing.message.en) == ("S102", "cannot read the file (No such file or directory)")
    assert unreadable(tmp_path).message.en == "cannot read the file (Is a directory)"
    (tmp_path / "file").touch()
    assert unreadable(tmp_path / "file" / "inside").code == "S102"
    assert unreadable(tmp_path / "a\0b").code == "S102"
    assert unreadable(tmp_path / ("x" * 5000)).code == "S102"
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert unreadable(tmp_path / "loop").code == "S102"


@pytest.mark.skipif(os.name != "posix", reason="there are no such devices")
def test_a_file_without_end() -> None:
    assert unreadable(Path("/dev/zero")).code == "S101"


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    problem = unreadable(path)
    assert (problem.code, problem.message.en) == ("S101", "the file is too large (over 52,428,800 bytes)")


# Finding a character of a text in the file

WORDS = st.text("ab'\"\\:#{}-中😀é", min_size=1, max_size=6)


@st.composite
def texts(draw: st.DrawFn, spaces: tuple[str, ...]) -> str:
    """Words with ``spaces`` between them."""
    pieces = [draw(WORDS)]
    for _ in range(draw(st.integers(0, 5))):
        pieces += [draw(st.sampled_from(spaces)), draw(WORDS)]
    return "".join(pieces)


def quoted_once(draw: st.DrawFn, text: str) -> str:
    return "'" + text.replace("'", "''").replace(" ", _fold(draw)) + "'"


def _fold(draw: st.DrawFn) -> str:
    return draw(st.sampled_from([" ", "\n    "]))


def quoted_twice(draw: st.DrawFn, text: str) -> str:
    """Each character as itself or as an escape, with a line continued anywhere."""
    pieces = []
    for character in text:
        code = ord(character)
        forms = [f"\\U{code:08x}"]
        forms += [f"\\u{code:04X}"] if code < 0x10000 else []
        forms += [f"\\x{code:02x}"] if code < 0x100 else []
        named = {"\n": "\\n", "\t": "\\t", "\xa0": "\\_", '"': '\\"', "\\": "\\\\", " ": "\\ "}
        forms += [named[character]] if character in named else []
        forms += [character] * 3 if character not in '"\\\n\t ' else []
        pieces.append(draw(st.sampled_from(forms)) + draw(st.sampled_from(["", "", "", "\\\n   "])))
    return '"' + "".join(pieces) + '"'


def literal(draw: st.DrawFn, text: str) -> str:
    return "|  # why\n" + "".join(f"    {line}\n" if line else "\n" for line in text.split("\n"))


def folded(draw: st.DrawFn, text: str) -> str:
    """One line of text over several lines of the file."""
    return f">-\n    {text.replace(' ', _fold(draw))}\n"


def unquoted(draw: st.DrawFn, text: str) -> str:
    return text.replace(" ", _fold(draw))


ONE_LINE = (" ", "\u3000", "\xa0")
ANY = (*ONE_LINE, "  ", "\n", "\n\n", "\t")
STYLES = {quoted_once: ONE_LINE, quoted_twice: ANY, literal: ANY, folded: ONE_LINE, unquoted: ONE_LINE}


@given(
    st.sampled_from(list(STYLES)),
    st.sampled_from(["{}", "中: 1\nkey: {}\nz: 2\n", "- - {}\n# end\n"]),
    st.data(),
)
def test_each_character_of_a_text_is_found(style: Any, frame: str, data: st.DataObject) -> None:
    text = data.draw(texts(STYLES[style]))
    if style is unquoted:
        text = f"x{text}"
    content = frame.replace("{}", style(data.draw, text))
    try:
        root = read(content)
    except FactsError:
        assume(False)  # what a plain text cannot hold, such as ": "
    node = node_at(root, ("key",) if isinstance(root, Mapping) else (0, 0))
    assume(isinstance(node, Scalar) and node.text.rstrip("\n") == text)
    assert isinstance(node, Scalar)
    lines = content.split("\n")
    for offset, character in enumerate(node.text):
        where = node.locate(offset)
        rest = "\n".join([lines[where.line - 1][where.column - 1 :], *lines[where.line :]])
        if not character.isspace():
            assert _first(rest, style) == character, (offset, rest)
    end = node.locate(len(node.text))
    before = "\n".join([*lines[: end.line - 1], lines[end.line - 1][: end.column - 1]])
    assert not before[-1:].isspace()
    assert len(before) > len(frame.partition("{}")[0])


def _first(rest: str, style: Any) -> str:
    """The character that ``rest`` of a file begins with."""
    if style is quoted_once and rest.startswith("''"):
        return "'"
    if style is quoted_twice and rest.startswith("\\"):
        return (
            json.loads(f'"{rest[:2]}"')
            if rest[1] in '"\\'
            else chr(int(rest[2 : {"x": 4, "u": 6, "U": 10}[rest[1]]], 16))
        )
    return rest[0]


@pytest.mark.parametrize(
    ("content", "offset", "place"),
    [
        ("when: rate < 90", 7, "1:14"),
        ("when: 'mode == ''公开'' and x'", 17, "1:27"),
        ('when: "mode == \\"公开\\" and x"', 17, "1:27"),
        ('when: "\\u4e2de < e"', 1, "1:14"),
        ("when: >\n  rate\n  <\n  90\n", 7, "4:3"),
        ("when: |\n  rate <\n    90\n", 7, "3:5"),
        ("when: rate\n  < 90", 5, "2:3"),
        ("when: rate <", 6, "1:13"),
        ("when: 'rate <'", 6, "1:14"),
        ("when: ''", 0, "1:7"),
        ("when:", 0, "1:6"),
        ("when: |\n", 0, "1:7"),
    ],
)
def test_a_place_in_a_text(content: str, offset: int, place: str) -> None:
    node = node_at(read(content), ("when",))
    assert isinstance(node, Scalar)
    assert str(node.locate(offset)) == f"f.yaml:{place}"
