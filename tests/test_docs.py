"""What the documentation says is what happens.

Every command of the pages is run and its output compared, every expression and message in their
tables computed, and whatever a ruleset, a result or a message can hold must be told somewhere.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cli.output.csv import COLUMNS
from engine.errors import AuditError, FactsError, Problem, RulesetError, Text
from engine.facts.model import Facts
from engine.facts.reading import read_facts
from engine.facts.readings import Conventions
from engine.language.checker import check
from engine.language.compiler import EvaluationError, compile_term
from engine.language.errors import ExpressionError
from engine.language.functions import FUNCTIONS
from engine.language.numbers import Rational
from engine.language.parser import parse
from engine.language.scope import Scope
from engine.language.terms import KIND_NAMES, Kind, Scalar, Type
from engine.record import document as record
from engine.record.reading import read_records
from engine.ruleset import document as doc
from engine.ruleset.building import build_ruleset
from engine.ruleset.library import Library
from engine.ruleset.model import Ruleset
from engine.ruleset.rendering import formats_of
from engine.ruleset.schema import scalar_symbols
from engine.scoring import score_directly
from engine.source import MAX_BYTES, parse_source, read_source
from engine.testing.examples import run_examples
from engine.writing import write_whole
from tests.command import GOLDEN, PATIENCE, ROOT, settings, shell_command
from tests.pages import PAGES, Command, File, Page, code

NOT_RUN = {
    "make test": "it is what runs this test",
    ". .venv/bin/activate": "make puts audit there; here it is a shell function",
}
"""Commands that the pages show and no test runs. ``make score`` runs here without its set-up."""

PRELUDE = f"""
make() {{ [ "$1" = score ] && audit score {GOLDEN.relative_to(ROOT)}; }}
pytest() {{ {sys.executable} -m pytest -p engine.testing.plugin "$@"; }}
"""


# Commands


def printed(page: Page, folder: Path) -> list[str]:
    """What the page's commands print, in one session in a folder of its own."""
    here, steps = folder / "here", folder / "steps"
    steps.mkdir()
    for data in ("fixtures", "rulesets"):
        shutil.copytree(ROOT / data, here / data, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    script = [f'audit() {{ {shell_command()} "$@"; }}', PRELUDE]
    for number, step in enumerate(page.steps):
        if isinstance(step, File):
            (steps / f"{number}.file").write_text(step.text, encoding="utf-8")
            script.append(f"mkdir -p $(dirname {step.name}); cp {steps}/{number}.file {step.name}")
        elif step.text not in NOT_RUN:
            script.append(f"{{ {step.text}\n}} >{steps}/{number}.out 2>&1")
    subprocess.run(
        ["bash", "-c", "\n".join(script)], cwd=here, env=settings(), stdin=subprocess.DEVNULL,
        timeout=PATIENCE, check=False,
    )  # fmt: skip
    files = sorted(steps.glob("*.out"), key=lambda file: int(file.stem))
    return [file.read_text(encoding="utf-8") for file in files]


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, page in PAGES.items() if page.steps])
def test_every_command_prints_what_the_page_shows(name: str, tmp_path: Path) -> None:
    commands = [step for step in PAGES[name].steps if isinstance(step, Command) and step.text not in NOT_RUN]
    for command, got in zip(commands, printed(PAGES[name], tmp_path), strict=True):
        assert not re.search("Traceback|X000", got), got
        shown = "\n".join(command.shown)
        assert command.agrees_with(got), (
            f"$ {command.text}\n--- the page shows\n{shown}\n--- it prints\n{got}"
        )


def test_nothing_is_exempt_that_no_page_shows() -> None:
    shown = {step.text for page in PAGES.values() for step in page.steps if isinstance(step, Command)}
    assert set(NOT_RUN) <= shown


def test_make_score_is_what_the_pages_run_for_it() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert f"FACTS := {GOLDEN.relative_to(ROOT)}\n" in makefile
    assert re.search(r"^score: .*\n\t@\$\(BIN\)/audit score \$\(FACTS\)$", makefile, re.MULTILINE)


# Links and paths


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name: str) -> None:
    page = PAGES[name]
    for link in page.links:
        if link.startswith(("https://", "mailto:")):
            continue
        target, _, anchor = link.partition("#")
        path = (page.path.parent / target).resolve() if target else page.path.resolve()
        assert path.exists(), link
        if anchor:
            assert anchor in PAGES[path.relative_to(ROOT).as_posix()].anchors, link


def test_every_page_is_linked_from_the_readme() -> None:
    for readme in ("README.md", "README.zh-CN.md"):
        assert {name for name in PAGES if name.startswith("docs/")} <= set(PAGES[readme].links)


@pytest.mark.parametrize("name", PAGES)
def test_paths_of_the_tree_that_are_named_are_there(name: str) -> None:
    named = re.findall(r"`((?:engine|cli|rulesets|fixtures|tests|docs|scripts)/[\w./-]*)`", PAGES[name].prose)
    assert [path for path in named if not (ROOT / path).exists()] == []


LAYERS = ("language", "ruleset", "facts", "inference", "ledger", "record")


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_imports_only_what_stands_to_its_left(layer: str) -> None:
    """The arrows of docs/design.md."""
    assert " ← ".join(LAYERS) in PAGES["docs/design.md"].text
    right = "|".join([*LAYERS[LAYERS.index(layer) + 1 :], "testing"])
    imports = re.compile(rf"^\s*(?:from|import) (?:cli|engine\.(?:{right}))\b.*", re.MULTILINE)
    found = {
        path.name: imports.findall(path.read_text(encoding="utf-8"))
        for path in (ROOT / "engine" / layer).rglob("*.py")
    }
    assert {name: lines for name, lines in found.items() if lines} == {}


# Expressions


class Bench:
    """The two files of docs/expressions.md, to evaluate expressions with."""

    def __init__(self) -> None:
        files = PAGES["docs/expressions.md"].files
        self.ruleset = ruleset_of(files["table.yaml"])
        facts = facts_of(files["facts.yaml"], self.ruleset)
        points = Scalar("points", Type(Kind.POINTS), len(facts.slots), Text("", ""), "points")
        scalars = scalar_symbols(self.ruleset.schema) | dict(self.ruleset.parameters) | {"points": points}
        scalars |= {name: measure.scalar for name, measure in self.ruleset.measures.items()}
        records = {name: one.records for name, one in self.ruleset.schema.lists.items()}
        self.scope = Scope(scalars, records)
        self.slots = [*facts.slots, Rational(10)]

    def value(self, text: str) -> tuple[str, str]:
        """The type and the value, as people read them."""
        term = check(parse(text), self.scope)
        value = compile_term(term)(list(self.slots))
        return KIND_NAMES[term.type.kind].en, formats_of(self.ruleset).show(value, term.type).en


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench()


def ruleset_of(text: str) -> Ruleset:
    return build_ruleset(parse_source(text.encode(), "table.yaml", RulesetError))


def facts_of(text: str, ruleset: Ruleset) -> Facts:
    return read_facts(parse_source(text.encode(), "facts.yaml", FactsError), ruleset)


def test_expressions_have_the_values_shown(bench: Bench) -> None:
    rows = PAGES["docs/expressions.md"].rows("expression", "type", "value")
    assert len(rows) > 50
    computed = [[text, *bench.value(code(text))] for text, _, _ in rows]
    assert rows == computed


LARGE = {"E101": "1" * 50_001, "E104": "(" * 41 + "1" + ")" * 41}
"""What the page describes instead of showing."""


def test_errors_in_expressions_have_the_messages_shown(bench: Bench) -> None:
    rows = PAGES["docs/expressions.md"].rows("code", "for example", "message", "what to do")
    assert len(rows) > 15
    computed = []
    for shown, example, _, fix in rows:
        with pytest.raises((ExpressionError, EvaluationError)) as caught:
            bench.value(LARGE.get(shown) or code(example))
        computed.append([caught.value.code, example, caught.value.message.en, fix])
    assert rows == computed


def test_the_functions_are_those_of_the_language() -> None:
    rows = PAGES["docs/expressions.md"].rows("function", "what it gives")
    assert rows == [[f"`{one.usage}`", one.summary.en] for one in FUNCTIONS.values()]


# Messages about facts and files

FACTS_CASES: dict[str, tuple[list[tuple[str, str]], list[tuple[str, str]]]] = {
    "F001": ([], [("  staff: 36\n", "")]),
    "F002": ([], [("staff: 36", "stuff: 36")]),
    "F003": ([("en: Closing", "en: Opening")], [("{opening: ", "{Opening balance: ")]),
    "F004": ([], [("closing: 241", "年末结转: 241.24, closing: 241")]),
    "F005": ([], [("staff: 36", "staff: [36]")]),
    "F006": ([], [("id: HT-2", "id: HT-1")]),
    "F007": ([], [('"1,001.26"', "10.01.26")]),
    "F008": ([], [("91.5%", "101%")]),
    "F009": ([], [("signed: 2024-03-04", "signed: 1999-03-04")]),
    "F010": ([], [("rule: late_filing, record: HT-1", "rule: low_execution")]),
    "F011": ([], [("year: 2024", "year: 2023")]),
    "F012": ([("    points: 10\n", "    points: 10\n    applies: staff > 100\n    if_not: rescale\n")], []),
    "F013": ([("\ncriteria:", "\ncombine: {weighted_by: staff - staff}\ncriteria:")], []),
    "F014": ([], [("filed: 2024-03-14", "filed: 2024/3/14")]),
    "F020": ([], [('"1,001.26"', '"1,001.29"')]),
    "F021": ([], [("staff: 36", "staff: 0")]),
    "F022": ([], [("department: 某局", "department: 全省 合计")]),
    "F025": ([], [("id: HT-2,", "id: ＨＴ-1,")]),
    "F026": ([], [("department: 某局", 'department: "某\\n局"')]),
    "F030": ([], [("  staff: 36\n", "".join(f"  staff{number}: 36\n" for number in range(1_001)))]),
    "F031": ([], [("id: HT-1", f"id: HT-{'1' * 200}")]),
    "F032": ([], [("    - {id: HT-3", "    - {}\n" * 19_998 + "    - {id: HT-3")]),
}
"""For each code, what is replaced in the ruleset and in the facts of docs/facts.md to meet it."""


def test_messages_about_facts_are_those_shown() -> None:
    files = PAGES["docs/facts.md"].files
    rows = PAGES["docs/facts.md"].rows("code", "for example", "what to do")
    shown = {row[0]: row[1] for row in rows if row[0].startswith("F")}
    assert list(shown) == list(FACTS_CASES)
    for number, (in_ruleset, in_facts) in FACTS_CASES.items():
        ruleset, facts = replaced(files["table.yaml"], in_ruleset), replaced(files["facts.yaml"], in_facts)
        problems = _problems_of_scoring(ruleset, facts, of_cells=number == "F014")
        assert_told(number, shown[number], problems)


def _problems_of_scoring(
    ruleset_text: str, facts_text: str, *, of_cells: bool = False
) -> tuple[Problem, ...]:
    """What is wrong with the facts, or told of them; ``of_cells`` reads them as those of a workbook's cells."""
    try:
        ruleset = ruleset_of(ruleset_text)
        root = parse_source(facts_text.encode(), "facts.yaml", FactsError)
        facts = read_facts(root, ruleset, conventions=Conventions(ruleset) if of_cells else None)
        score_directly(ruleset, facts)
    except AuditError as error:
        return error.problems
    return *facts.warnings, *facts.notes


def replaced(text: str, replacements: list[tuple[str, str]]) -> str:
    for old, new in replacements:
        assert old in text, old
        text = text.replace(old, new)
    return text


def assert_told(number: str, shown: str, problems: tuple[Problem, ...]) -> None:
    """That one of the problems has this code and this message, where ``…`` stands for anything."""
    pattern = ".*".join(re.escape(part) for part in shown.split("…"))
    told = [(problem.code, problem.message.en) for problem in problems]
    assert any(code == number and re.fullmatch(pattern, message) for code, message in told), (number, told)


SOURCES = {
    "S101": b" " * (MAX_BYTES + 1),
    "S102": None,
    "S103": "部门".encode("gbk"),
    "S104": "money: {spent: 1，budget: 2}".encode(),
    "S105": b"# nothing yet\n",
    "S106": b"staff: 36\n---\nstaff: 37\n",
    "S107": b"[" * 41,
    "S108": b"staff: &staff 36",
    "S109": b"staff: !!int 36",
    "S110": b"{staff: 36}: x",
    "S111": b"staff: 36\nstaff: 37\n",
    "S130": b"[" + b"36," * 500_000 + b"]",
    "S131": b"staff: " + b"3" * 100_001,
}


def test_messages_about_files_are_those_shown(tmp_path: Path) -> None:
    rows = PAGES["docs/facts.md"].rows("code", "for example", "what to do")
    shown = {row[0]: row[1] for row in rows if row[0].startswith("S")}
    assert list(shown) == list(SOURCES)
    for number, content in SOURCES.items():
        path = tmp_path / f"{number}.yaml"
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(FactsError) as caught:
            read_source(path, FactsError)
        assert_told(number, shown[number], caught.value.problems)


# Rulesets

KEYS: dict[tuple[str, str], type[doc.Model]] = {
    ("The document", "key"): doc.RulesetDocument,
    ("money", "key"): doc.Money,
    ("points", "key"): doc.Points,
    ("grades", "key"): doc.Grade,
    ("parameters", "key"): doc.Parameter,
    ("facts", "key"): doc.FactEntry,
    ("facts", "key of a field"): doc.FactField,
    ("facts", "key of records"): doc.RecordKey,
    ("measures", "key"): doc.Measure,
    ("checks", "key"): doc.Check,
    ("criteria", "key"): doc.Criterion,
    ("score", "key"): doc.Score,
    ("score", "key of a band"): doc.Band,
    ("score", "key of a case"): doc.Case,
    ("deductions", "key"): doc.Deduction,
    ("bonuses", "key"): doc.Bonus,
    ("judged", "key"): doc.Judged,
    ("judged", "key of a tier"): doc.Tier,
    ("explain", "key"): doc.Explain,
    ("veto", "key"): doc.Veto,
    ("combine", "key"): doc.Combine,
    ("basis", "key"): doc.Basis,
    ("examples", "key"): doc.Example,
    ("examples", "key of an expectation"): doc.Expectation,
    ("unchecked", "key"): doc.Unchecked,
    ("Texts in two languages", "key"): doc.Bilingual,
}
"""Where docs/rulesets.md tells the keys of each part: the section, and the first heading of the table."""

NOT_WRITTEN = {(doc.Score, "value")}
"""Keys by which a part is held, not written: an expression stands in the place of its ``score``."""

BASES = (doc.Model, doc.Bounds)
"""Parts that stand in a document only as what is made of them."""


@pytest.mark.parametrize("place", KEYS, ids=" ".join)
def test_every_key_of_a_ruleset_is_told(place: tuple[str, str]) -> None:
    section, first = place
    rows = PAGES["docs/rulesets.md"].rows(first, "holds", "without it", "meaning", within=section)
    told = {code(row[0]): row[2] == "required" for row in rows}
    model = KEYS[place]
    fields = {
        field.alias or name: field.is_required()
        for name, field in model.model_fields.items()
        if (model, name) not in NOT_WRITTEN
    }
    assert told == fields


def test_every_part_of_a_ruleset_has_its_table() -> None:
    parts = {one for one in vars(doc).values() if isinstance(one, type) and issubclass(one, doc.Model)}
    named = {one for one in parts if not one.__name__.startswith("_")}
    assert named - {*BASES} == {*KEYS.values()}


SQUARES = "".join(
    ["\nmeasures:\n  s0: {label: S, value: spent / budget}\n"]
    + [f"  s{number + 1}: {{label: S, value: s{number} * s{number}}}\n" for number in range(27)]
)
RULESET_CASES: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "R001": ("leaf", [("title: What happens at a leaf\n", "")]),
    "R002": ("leaf", [("year: 2024", "year: 2024\nsorce: here")]),
    "R003": ("leaf", [("score: points * (rate / 50%)", "score: {of: rate}")]),
    "R004": ("leaf", [("\ncriteria", "\nchecks: [{id: a, holds: penalised, because: b, severity: bad}]\ncriteria")]),
    "R005": ("leaf", [("id: capped", "id: Capped")]),
    "R010": ("leaf-2025", [("extends: leaf", "extends: leef")]),
    "R011": ("leaf", [("year: 2024", "year: 2024\nextends: leaf")]),
    "R012": ("leaf-2025", [("id: floored", "id: extra")]),
    "R015": ("leaf", [("\ncriteria", "\nparameters: {ｒate: {value: 90%, type: ratio}}\ncriteria")]),
    "R020": ("leaf", [("\ncriteria", "\nparameters: {limit: {value: 7 days, type: days}}\ncriteria")]),
    "R021": ("leaf", [("{key: id}", "{key: late}")]),
    "R022": ("leaf", [("label: Penalised, type: flag", "label: Penalised, type: flag, at_least: 1")]),
    "R023": ("leaf", [("label: Penalised, type: flag", "label: Penalised, type: flag, options: [a]")]),
    "R024": ("leaf", [("title: Clamped, points: 5", "title: Clamped, points: 5, found_as: [得分]")]),
    "R025": ("leaf", [("label: Penalised, type: flag", "label: Penalised, type: choice, options: {up: Upward, down: Upward}")]),
    "R030": ("leaf", [("when: late > 0, deduct: 1", "when: findings(capped) > 0, deduct: 1")]),
    "R040": ("leaf", [("id: floored", "id: capped")]),
    "R041": ("leaf", [("title: Clamped, points: 5", "title: Clamped, points: -5")]),
    "R042": ("branch", [("{f: roads, g: water}", "{f: roads}")]),
    "R043": ("branch", [("combine: {weighted_by: {f: roads, g: water}}", "combine: average"),
                        ("title: F, points: 10,", "title: F, points: 10, applies: has_projects, if_not: rescale_root,")]),
    "R044": ("leaf", [("score: points * (rate / 50%)", "score: {cases: [{else: 1}, {when: penalised, earn: 0}]}")]),
    "R045": ("leaf", [("earn: 2,", "earn: 2, grade_at_most: 差,")]),
    "R046": ("people", [("grade_at_most: 差", "grade_at_most: 特差")]),
    "R047": ("leaf", [("when: late > 0, deduct: 1", f"when: {' or '.join(['late > 0'] * 51)}, deduct: 1")]),
    "R050": ("leaf", [("\ncriteria", "\nparameters: {rate: {value: 7, type: days}}\ncriteria")]),
    "R051": ("leaf", [("\ncriteria", "\nparameters: {points: {value: 7, type: days}}\ncriteria")]),
    "R060": ("leaf", [("when: late > 0, deduct: 1", "when: late > 0, deduct: -1")]),
    "R061": ("people", [("from: 80, below: 90", "from: 86, below: 90")]),
    "R062": ("leaf", [("score: points * (rate / 50%)", "score: {of: rate, bands: [{above: 90%, earn: 1}]}")]),
    "R063": ("leaf", [("score: points * (rate / 50%)", "score: {cases: [{when: not penalised, earn: 0}]}")]),
    "R064": ("leaf", [("\nmeasures:\n", SQUARES)]),
    "R065": ("leaf", [("\nmeasures:\n", "\n" + "".join(f"x{number}: 1\n" for number in range(1_001)) + "measures:\n")]),
    "R066": ("leaf", [("\nmeasures:\n", "\nmeasures:\n" + "".join(f"  x{number}: {{label: X, value: spent}}\n" for number in range(5_000)))]),
    "R070": ("leaf", [("\ncriteria", "\nexamples: [{name: a, base: nobody, expect: {total: 1}}]\ncriteria")]),
    "R101": ("leaf", [("title: Clamped, points: 5", "title: Clamped, points: 6")]),
}  # fmt: skip
"""For each code, which ruleset of docs/rulesets.md to meet it with, and what is replaced in it."""

FACTS_FOR = {"leaf": "reports.yaml", "branch": "projects.yaml", "people": "review.yaml"}


@pytest.mark.parametrize("number", RULESET_CASES)
def test_messages_about_rulesets_are_those_shown(number: str, tmp_path: Path) -> None:
    page = PAGES["docs/rulesets.md"]
    shown = {row[0]: row[1] for row in page.rows("code", "for example", "what to do")}
    name, replacements = RULESET_CASES[number]
    for file, text in page.files.items():
        (tmp_path / file).write_text(text, encoding="utf-8")
    path = tmp_path / f"{name}.yaml"
    path.write_text(replaced(page.files[path.name], replacements), encoding="utf-8")

    def use() -> None:
        ruleset = Library().load(str(path))
        list(run_examples(ruleset, tmp_path))
        score_directly(ruleset, facts_of(page.files[FACTS_FOR[name]], ruleset))

    with pytest.raises(RulesetError) as caught:
        use()
    assert_told(number, shown[number], caught.value.problems)


def test_the_messages_about_rulesets_are_all_tried() -> None:
    rows = PAGES["docs/rulesets.md"].rows("code", "for example", "what to do")
    assert [row[0] for row in rows] == list(RULESET_CASES)


# Completeness


def test_every_code_is_told_somewhere() -> None:
    """Codes of checks aside: their pages are their own docstrings, gathered in docs/checks.md."""
    checks = ROOT / "engine" / "ruleset" / "checks"
    found = {
        number: str(path.relative_to(ROOT))
        for package in ("engine", "cli")
        for path in (ROOT / package).rglob("*.py")
        if checks not in path.parents
        for number in re.findall(r'"([A-Z][0-9]{3})"', path.read_text(encoding="utf-8"))
    }
    told = {number for page in PAGES.values() for number in re.findall(r"\b[A-Z]\d{3}\b", page.prose)}
    assert {number: path for number, path in found.items() if number not in told} == {}


def test_no_code_is_told_that_is_not_there() -> None:
    code_of = "\n".join(
        path.read_text(encoding="utf-8")
        for package in ("engine", "cli")
        for path in (ROOT / package).rglob("*.py")
    )
    rows = [
        row for page in PAGES.values() for row in re.findall(r"^\| ([A-Z]\d{3}) \|", page.prose, re.MULTILINE)
    ]
    assert [number for number in rows if f'"{number}"' not in code_of] == []


# Results

PARTS = [
    one
    for one in vars(record).values()
    if isinstance(one, type) and issubclass(one, record.Part) and one is not record.Part
]


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_every_key_of_a_result_is_told(part: type[record.Part]) -> None:
    rows = PAGES["docs/results.md"].rows(f"key of {part.__name__}", "meaning")
    assert [code(row[0]) for row in rows] == list(part.__struct_fields__)


def test_every_column_of_the_csv_is_told() -> None:
    rows = PAGES["docs/results.md"].rows("column", "in a row `criterion`", "in a row `line`")
    assert tuple(code(row[0]) for row in rows) == COLUMNS


def test_messages_about_results_are_those_shown(tmp_path: Path) -> None:
    shown = {
        row[0]: row[1] for row in PAGES["docs/results.md"].rows("code", "for example", "exit", "what to do")
    }
    (tmp_path / "cut.json").write_text('{"format": ')
    (tmp_path / "other.json").write_text('{"format": "other"}')
    for number, name in (("V001", "none.json"), ("V002", "cut.json"), ("V003", "other.json")):
        with pytest.raises(AuditError) as caught:
            read_records(tmp_path / name)
        assert_told(number, shown[number], caught.value.problems)
    with pytest.raises(AuditError) as caught:
        write_whole(tmp_path / "nowhere" / "result.json", b"")
    assert_told("U001", shown["U001"], caught.value.problems)
