"""`penstock`: finds the subcommand, runs it, and turns errors into one message and an exit code.

Exit codes: 0 done, 1 an error or damage found (bad input, damaged file, full disk), 2 wrong usage, 130 interrupted
(Ctrl-C), 141 nobody reads the output any more (`penstock records cat big.tfrecord | head`).
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from typing import Any, Final

import click

from ..core.errors import PenstockError
from .groups import LazyGroup

# Subcommand to the module that holds it: a module is imported when its command is used or described.
COMMANDS: Final = {
    "adapt": f"{__package__}.layers.adapt",
    "demo": f"{__package__}.demo",
    "records": f"{__package__}.records.group",
    "transform": f"{__package__}.layers.transform",
    "warmup": f"{__package__}.warmup",
}


# As a process that SIGPIPE ended.
_OUTPUT_CLOSED: Final = 141


def _print_version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:  # noqa: FBT001 (click's form)
    if not value or ctx.resilient_parsing:
        return
    from ..core.version import __version__

    click.echo(f"penstock {__version__}")
    ctx.exit()


@click.group(cls=LazyGroup, commands_in=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, callback=_print_version, expose_value=False, is_eager=True, help="Show the version."
)
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def cli(debug: bool) -> None:  # noqa: FBT001 (click's form; `main` looks for the flag itself)
    """Stream data from files to training, without TensorFlow."""


def _print_error(err: Exception) -> None:
    click.echo(f"penstock: {type(err).__name__}: {err}", err=True)
    for note in getattr(err, "__notes__", ()):
        click.echo(note, err=True)
    click.echo("(penstock --debug … shows where in the code)", err=True)


def _escape_what_cannot_be_printed() -> None:
    """Have output print escapes for characters that it has not, as those of a file's name; an error would be worse."""
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")


def _drop_output() -> None:
    """Send what is still in the buffers nowhere: flushing it at exit would fail once more."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, sys.stdout.fileno())
    finally:
        os.close(nowhere)


def main(args: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code.

    Args:
        args: Arguments without the program's name; None takes them from the process.
    """
    words = list(sys.argv[1:] if args is None else args)
    _escape_what_cannot_be_printed()
    try:
        # Not cli.main(), which ends a process with code 1 when its output is closed.
        with cli.make_context("penstock", [*words]) as context:
            result: Any = cli.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as end:  # of --help and --version
        return end.exit_code
    except BrokenPipeError:
        _drop_output()
        return _OUTPUT_CLOSED
    except click.ClickException as err:
        err.show()
        return err.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return 130
    except (PenstockError, OSError) as err:
        if "--debug" in words:
            raise
        _print_error(err)
        return 1
    return result if isinstance(result, int) else 0


def run() -> None:
    """Entry point of the console script."""
    sys.exit(main())
