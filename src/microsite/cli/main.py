"""The command itself: finds the verb, turns errors into words and exit codes.

Exit codes, the same for every verb: 0 fine, 1 findings or failure (said in words), 2 usage, 130 interrupted.
A verb's module is imported only when the verb is used, so `microsite leads` never loads MkDocs.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys

import click

from forms.errors import FormsError
from microsite import __version__
from microsite.errors import ContentError
from microsite.errors import MicrositeError

__all__ = ["VERBS", "cli", "main"]

#: verb → (module with a click command named `command`, one line for the help page)
VERBS: dict[str, tuple[str, str]] = {
    "build": ("microsite.cli.build", "Build the whole site, finished."),
    "serve": ("microsite.cli.serve", "Serve site and forms on 127.0.0.1; edits show by themselves."),
    "check": ("microsite.cli.check", "Check the content; print findings as file:line:column."),
    "book": ("microsite.cli.book", "Typeset the free book as PDF and EPUB."),
    "search": ("microsite.cli.search", "Make a search index from any collection; measure the engine."),
    "forms": ("microsite.cli.forms", "Check the form definitions; pack the function for Lambda."),
    "deploy": ("microsite.cli.deploy", "Plan a release, release, look at it, go back."),
    "infra": ("microsite.cli.infra", "Check the templates of the release by what they mean."),
    "leads": ("microsite.cli.leads", "Read what people sent, report, prove, erase, retry."),
}


class _Verbs(click.Group):
    """A group whose commands are modules, imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*VERBS, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return super().get_command(ctx, cmd_name)
        command: click.Command = importlib.import_module(VERBS[cmd_name][0]).command
        _keep_lines(command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx  # click's signature
        with formatter.section("Verbs"):
            formatter.write_dl([(verb, line) for verb, (_, line) in VERBS.items()])


def _keep_lines(command: click.Command) -> None:
    r"""Give click the sign that keeps a paragraph's lines: docstrings are raw (ruff D301), so `\b` is two letters."""
    command.help = (command.help or "").replace("\\b\n", "\b\n") or None
    for inner in getattr(command, "commands", {}).values():
        _keep_lines(inner)


@click.command(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="microsite")
@click.option("--debug", is_flag=True, help="Show the traceback of a failure.")
def cli(*, debug: bool) -> None:
    """Build, check and serve a health-information microsite.

    Example: microsite serve --port 8000
    """


def main(argv: list[str] | None = None) -> None:
    """Run the command with `argv` (default: the process's) and leave with its exit code."""
    arguments = sys.argv[1:] if argv is None else argv
    try:
        code = cli.main(args=arguments, prog_name="microsite", standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("Interrupted.", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except MicrositeError as error:
        if "--debug" in arguments:
            raise
        if isinstance(error, ContentError):
            for finding in error.findings:
                click.echo(str(finding), err=True)
        click.echo(f"error: {error}" + (f"\n  fix: {error.fix}" if error.fix else ""), err=True)
        sys.exit(1)
    except (FormsError, OSError) as error:
        # What the machine refuses: a folder that cannot be written, a full disk. Verbs say it better where they can.
        if "--debug" in arguments:
            raise
        click.echo(f"error: {_words(error)}", err=True)
        _let_go_of_stdout()
        sys.exit(1)
    sys.exit(code if isinstance(code, int) else 0)


def _words(error: FormsError | OSError) -> str:
    """`No space left on device`, with the file when there is one."""
    if isinstance(error, FormsError) or not error.strerror:
        return str(error)
    return f"{error.strerror}: {error.filename}" if error.filename else error.strerror


def _let_go_of_stdout() -> None:
    """Throw away what standard output would not take, or Python tries it again at exit and prints a traceback."""
    try:
        sys.stdout.flush()
    except OSError:
        with contextlib.suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())
            os.close(nowhere)
