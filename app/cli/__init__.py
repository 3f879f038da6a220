"""The `throughcare` command: pathways, duties, deadlines, simulation, and operating the service."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import cast

import click

import app.garbage
from app.domain.errors import BadInput, ThroughcareError

COMMANDS = {
    **dict.fromkeys(("run", "scheduler", "db", "documents", "timers", "incidents"), "operating"),
    **dict.fromkeys(("pathways", "duties", "deadline", "holidays"), "protocols"),
    "web": "web",
    "simulate": "simulate",
    "manual": "manuals",
    "authority": "authorities",
    "user": "accounts",
    "token": "tokens",
    "audit": "audit",
    "bench": "bench",
    "import": "importing",
    "demo": "demo",
    "export": "records",
}
"""Each command, and the module here that has it: only that of the command which is wanted is read in."""
OTHER_NAMES = {"import": "bring_in"}


class Commands(click.Group):
    """A group whose commands are found when they are wanted."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        found = getattr(import_module(f"app.cli.{COMMANDS[cmd_name]}"), OTHER_NAMES.get(cmd_name, cmd_name))
        return cast("click.Command", found)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="throughcare", prog_name="throughcare")
def throughcare() -> None:
    """Joint-working protocols between youth justice and children's social care, run as pathways."""
    app.garbage.for_good()  # the command that is wanted has been read in, and the libraries with it


def main() -> None:
    """Run a command. A problem is one sentence on stderr and a status that is not 0."""
    try:
        sys.exit(throughcare(standalone_mode=False) or 0)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.UsageError as error:
        help_at = f" See “{error.ctx.command_path} --help”." if error.ctx else ""
        _complain(" ".join(error.format_message().split()) + help_at, [])
    except click.ClickException as error:
        _complain(error.format_message(), [], error.exit_code)
    except click.Abort:
        _complain("Stopped.", [], 1)
    except OSError as error:
        _complain(f"{error.filename or 'The machine'}: {error.strerror or error}.", [])
    except BadInput as error:
        _complain(error.sentence, [sentence for sentences in error.errors.values() for sentence in sentences])
    except ThroughcareError as error:
        _complain(error.sentence, [])


def _complain(sentence: str, details: list[str], status: int = 2) -> None:
    click.echo(sentence, err=True)
    for detail in details:
        if detail not in sentence:
            click.echo(f"  {detail}", err=True)
    sys.exit(status)
