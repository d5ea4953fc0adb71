"""Runs the command line: what goes wrong is one sentence and an exit code."""

import gc
import shutil
import sys
import traceback
from collections.abc import Sequence
from io import TextIOWrapper
from typing import Any

import typer
from typer.main import get_command

from sheet_templates.wording import group_of_words
from sync.cli.application import app
from sync.faults import INTERRUPTED, Fault
from sync.terminal.printing import complain, terminal_language


def main() -> None:
    """Run the command line; a fault is one sentence and its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a pipe on Windows has few signs: better a ? than no report
            stream.reconfigure(errors="replace")
    gc.disable()  # a command ends soon, and a tenth of a long pass would go into looking for garbage
    try:
        sys.exit(_ended(get_command(app), sys.argv[1:]))
    except Fault as fault:
        complain(fault)
        sys.exit(fault.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        sys.exit(0)
    except Exception as error:
        traceback.print_exc()
        bug = Fault(
            "closeloop itself has failed ({kind}); please report it, with the lines above",
            kind=type(error).__name__,
        )
        complain(bug)
        sys.exit(bug.exit_code)


def _ended(command: Any, arguments: Sequence[str]) -> int:
    """Run a command, or show its help. Returns the exit code."""
    if not arguments or "--help" in arguments:
        _show_help(command, arguments)
        return 0
    try:
        return command(arguments, prog_name="closeloop", standalone_mode=False) or 0
    except Exception as error:
        if not hasattr(error, "format_message"):  # typer's own, of which it has moved the classes about
            raise
        if type(error).__name__ == "NoArgsIsHelpError":
            _show_help(command, arguments)
            return 0
        from sync.terminal.misuse import misuse

        raise misuse(error, group_of_words(terminal_language(), "command_line")) from None


def _show_help(command: Any, arguments: Sequence[str]) -> None:
    from sync.terminal.help import context_of, help_of

    language = terminal_language()
    own = {} if language == "en" else group_of_words(language, "documentation")
    text = help_of(
        context_of(command, arguments),
        lambda sentence: own.get(sentence, sentence),
        group_of_words(language, "command_line"),
        shutil.get_terminal_size().columns,
    )
    sys.stdout.write(text)
