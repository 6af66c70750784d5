"""The ``audit`` command. Each subcommand lives in a module of its own, imported when it is called."""

from __future__ import annotations

import errno
import gc
import os
import sys
from pathlib import Path

import click

from cli.context import Session
from cli.groups import LazyGroup
from cli.language import localize, speak, wanted
from cli.messages import print_error
from cli.streams import OutputFailed, give_up_output, prepare
from engine import __version__
from engine.errors import AuditError, Fault, Language, Position, Problem, Text, UsageProblem
from engine.inputs import gathered

COMMANDS = {
    "score": ("cli.score", "score", "Score facts files: deductions, points, a grade 评分."),
    "explain": ("cli.explain", "explain", "Every rule, fired or not, with its figures 说明每条规则."),
    "verify": ("cli.verify", "verify", "Recompute a JSON result and say what differs 复核结果."),
    "report": ("cli.report", "report", "A page, score sheet or Word report of a score 生成评分表和报告."),
    "extract": ("cli.extract", "extract", "Figures and claims out of a narrative report 从报告中摘录数字."),
    "template": ("cli.template", "template", "A workbook for a department to fill in 生成填报工作簿."),
    "portfolio": ("cli.portfolio", "portfolio", "Score a province at once 全省评分."),
    "rules": ("cli.rules", "rules", "Work on rulesets 编辑和检查规则集."),
}


@click.group(cls=LazyGroup, lazy=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--lang",
    type=click.Choice(["zh", "en"]),
    envvar="AUDIT_LANG",
    default="zh",
    show_default=True,
    help="Language of output and messages 输出和提示的语言.",
)
@click.option(
    "--rulesets",
    "folders",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    multiple=True,
    envvar="AUDIT_RULESETS",
    help="A folder of rulesets to look in before the shipped ones; may be repeated 先于随附规则集查找的规则集文件夹，可写多次.",
)
@click.version_option(__version__, prog_name="audit")
@click.pass_context
def audit(context: click.Context, lang: Language, folders: tuple[Path, ...]) -> None:
    """Score a department's facts by a published table: deductions, points and a grade.

    按当年公布的评分表，把部门的事实变成扣分明细和得分。
    """
    context.with_resource(gathered())
    context.obj = Session(lang, folders)


MADE_BETWEEN_COLLECTIONS = 200_000
"""A short run makes many objects and little garbage: to look for cycles as often as Python does by itself would be a tenth
of its time."""


def run() -> int:
    """Run the command line. Whatever happens, the user gets messages and an exit code, no traceback."""
    gc.set_threshold(MADE_BETWEEN_COLLECTIONS)
    prepare()
    language = wanted()
    speak(language)
    localize(audit, language)
    try:
        code = _outcome(language)
        sys.stdout.flush()
        return code
    except OutputFailed as error:
        give_up_output()
        if error.reason.errno == errno.EPIPE:
            return 0  # whoever read it has read enough
        return _told(_unwritten(error.reason), language)
    finally:
        # The process ends: there is no garbage worth looking for any more, and looking would be an eighth of its time.
        gc.freeze()


def _outcome(language: Language) -> int:
    """The exit code of the command, once all is told that kept it from its work."""
    try:
        code = audit.main(standalone_mode=False)
        return code if isinstance(code, int) else 0
    except OutputFailed:
        raise
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else 1
    except AuditError as error:
        return _told(error, language)
    except OSError as error:
        return _told(_refused(error), language)
    except MemoryError:
        message = Text("内存不足", "the memory is used up")
        fix = Text("换更大的机器，或减少一次处理的数据", "use a larger machine, or less data at a time")
        return _told(UsageProblem([Problem("U009", message, fix=fix)]), language)
    except Exception as error:
        if os.environ.get("AUDIT_DEBUG"):
            raise
        message = Text(f"程序内部错误：{error!r}", f"internal error: {error!r}")
        fix = Text("请报告；设 AUDIT_DEBUG=1 可看到细节", "please report it; AUDIT_DEBUG=1 shows the details")
        return _told(Fault([Problem("X000", message, fix=fix)]), language)


def _told(error: AuditError, language: Language) -> int:
    print_error(error, language)
    return error.exit_code


def _unwritten(error: OSError) -> UsageProblem:
    from engine.causes import cause

    why = cause(error)
    message = Text(f"无法写出结果（{why.zh}）", f"cannot write the output ({why.en})")
    return UsageProblem([Problem("U001", message)])


def _refused(error: OSError) -> UsageProblem:
    """What the system would not do. Whoever opens a file of the user's tells of it: this is a file of the run's own."""
    from engine.causes import cause

    why = cause(error)
    message = Text(f"系统不允许（{why.zh}）", f"the system does not allow it ({why.en})")
    where = Position(os.fsdecode(error.filename)) if isinstance(error.filename, (str, bytes)) else None
    return UsageProblem([Problem("U008", message, where)])
