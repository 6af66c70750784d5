"""``audit rules new``: a new year's ruleset from another, and what in it wants a look."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from cli.context import Session, pass_session
from cli.messages import print_problem
from cli.outputs import OutputPath
from engine.errors import AuditError, Position, Problem, Text, one_line

if TYPE_CHECKING:
    from engine.ruleset.creating import Plan
    from engine.ruleset.library import Library
    from engine.ruleset.model import Ruleset
    from engine.testing.examples import ExampleOutcome


@click.command()
@click.argument("ruleset")
@click.option(
    "--from",
    "base",
    required=True,
    help="Id or file of the ruleset to start from 作为基础的规则集（id 或文件）.",
)
@click.option(
    "--copy/--overlay", "copy", default=True, show_default=True,
    help="A copy to edit, or a small file that extends the base 整份复制，或只写不同之处.",
)  # fmt: skip
@click.option(
    "--year",
    type=click.IntRange(1, 9999),
    help="The new year, where the id does not say it 新的年度（id 中没有写明时）.",
)
@click.option(
    "--folder",
    type=OutputPath(folder=True, exists=True),
    help="The rulesets folder to write to; default: the first --rulesets, ./rulesets, or here 写入哪个规则集文件夹；默认为第一个 --rulesets、./rulesets 或当前文件夹.",
)
@pass_session
def new(session: Session, ruleset: str, base: str, copy: bool, year: int | None, folder: Path | None) -> None:
    """Make RULESET, such as guangdong/2025, from another year's.

    A copy keeps comments and layout; its year and dates are moved, and so are those of the base's own
    folder. Then everything is checked and the examples are run: what wants a look is told. Nothing
    that exists is overwritten.

    由另一年的规则集生成新的 RULESET，例如 guangdong/2025。

    整份复制时保留注释和版式，年度和日期随之移动，基础规则集同名文件夹里的也一样。然后全部检查一遍并运行示例，
    需要人看的地方逐一说明。已有的文件不会被覆盖。
    """
    from engine.ruleset.creating import Wish, carry_out, plan_copy, plan_overlay
    from engine.ruleset.library import Library

    target = folder or (session.folders[0] if session.folders else _default_folder())
    library = Library((target, *session.folders))
    apart = _folder_of(base, library)
    library = Library((*library.folders, *apart))
    wish = Wish(ruleset, year, base, target)
    plan = plan_copy(wish, library) if copy else plan_overlay(wish, library, session.language)
    _add_schemas(plan, library, base)
    carry_out(plan)
    for path in plan.files:
        click.echo(session.say(Text(f"已写入 {path}", f"wrote {path}")))
    _report(plan, library, session)
    needed = [] if copy else apart
    for line in _next(plan, target, needed, session):
        click.echo(session.say(line))


def _folder_of(base: str, library: Library) -> list[Path]:
    """The folder of rulesets in which a base named by its file lies, where no command would look by itself."""
    path = library.path_of(base)
    inside = Path(f"{library.load(base).id}.yaml").parts
    folder = Path(*path.parts[: -len(inside)])
    lies_there = path.parts[-len(inside) :] == inside
    known = {one.resolve() for one in library.all_folders()}
    return [folder] if lies_there and folder.resolve() not in known else []


def _default_folder() -> Path:
    beside = Path("rulesets")
    return beside if beside.is_dir() else Path()


def _add_schemas(plan: Plan, library: Library, base: str) -> None:
    """The schemas that the new files' editor lines name: of rulesets, and of the new ruleset's facts."""
    from cli.rules.schema import schema_text
    from engine.ruleset.creating import facts_schema_file

    if plan.schema is not None:
        from engine.ruleset.json_schema import ruleset_schema

        plan.files[plan.schema] = schema_text(ruleset_schema()).encode()
    published = facts_schema_file(plan.path)
    if facts_schema_file(library.path_of(base)).is_file() and not published.exists():
        from engine.facts.json_schema import facts_schema

        plan.files[published] = schema_text(facts_schema(plan.made)).encode()


def _report(plan: Plan, library: Library, session: Session) -> None:
    """What was moved, what wants a look, and what the checks (where not of the base already) and examples say."""
    from engine.ruleset.checks.registry import run_checks
    from engine.testing.examples import run_examples

    made = plan.made
    known = {(one.code, one.path, one.message) for one in run_checks(plan.base) if one.severity == "warning"}
    found = [one for one in run_checks(made) if (one.code, one.path, one.message) not in known]
    problems = [*plan.notes, *found]
    held = failed = 0
    try:
        for outcome in run_examples(made, library.example_folder(made)):
            held, failed = held + outcome.passed, failed + (not outcome.passed)
            problems += _no_longer_holds(outcome, made, session)
    except AuditError as error:
        problems += error.problems
    for problem in problems:
        print_problem(problem, session.language)
    errors = sum(problem.severity == "error" for problem in problems)
    click.echo(
        session.say(
            Text(
                f"移动日期 {plan.dates} 处；检查：{errors} 个错误；示例：{held} 个相符，{failed} 个不再相符",
                f"{plan.dates} dates moved; checks: {errors} errors; examples: {held} hold, {failed} no longer hold",
            )
        )
    )


def _next(plan: Plan, target: Path, needed: list[Path], session: Session) -> Iterator[Text]:
    """Commands that work as they stand: with every folder of rulesets that they need."""
    given = [] if _from_the_environment() else [*session.folders]
    check = _command(f"rules check {shlex.quote(str(plan.path))}", [*given, *needed], session)
    yield Text(f"接着：{check}", f"next: {check}")
    if target not in session.folders:
        score = _command("score FACTS.yaml", [target, *given, *needed], session)
        yield Text(f"按 id {plan.made.id} 使用：{score}", f"by its id {plan.made.id}: {score}")


def _command(command: str, folders: list[Path], session: Session) -> str:
    if _from_the_environment() and folders:
        folders = [*folders, *session.folders]  # the option takes the place of the variable
    options = [part for one in dict.fromkeys(folders) for part in ("--rulesets", str(one))]
    return " ".join([shlex.join(["audit", *options]), command])


def _from_the_environment() -> bool:
    """Whether the folders of rulesets are those of ``AUDIT_RULESETS``, which the next command reads as well."""
    source = click.get_current_context().find_root().get_parameter_source("folders")
    return source is ParameterSource.ENVIRONMENT


def _no_longer_holds(outcome: ExampleOutcome, ruleset: Ruleset, session: Session) -> Iterator[Problem]:
    """What a moved example expected and what came; the expectation itself is left as it was."""
    if outcome.passed:
        return
    told = [
        Text(
            f"{one.what.zh}：应为 {one.expected}，得到 {one.found}",
            f"{one.what.en}: expected {one.expected}, found {one.found}",
        )
        for one in outcome.mismatches
    ]
    name = one_line(outcome.example.name)
    zh, en = "；".join(one.zh for one in told), "; ".join(one.en for one in told)
    message = Text(f"示例“{name}”不再相符（{zh}）", f"the example '{name}' no longer holds ({en})")
    fix = Text(
        f"{ruleset.year} 年的星期和节假日不同：改它的日期，或核实后改预期",
        f"weekdays and holidays of {ruleset.year} differ: change its dates, or what it expects once that is confirmed",
    )
    where: Position = outcome.position
    yield Problem("R080", message, where, fix=fix, severity="warning")
