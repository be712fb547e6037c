"""A click group whose commands are imported only when they are called.

``mlstarter --help`` lists them from the table alone, so it costs no more than click itself.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click

from mlstarter.errors import UsageError
from mlstarter.suggest import hint_for

# command -> (module that holds it, its name there, one line of help)
Table = Mapping[str, tuple[str, str, str]]


class LazyGroup(click.Group):
    """A group that takes its commands from a table of module names."""

    def __init__(self, *args: Any, table: Table, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.table = table

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the commands in the table's order."""
        return list(self.table)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002
        cmd_name: str,
    ) -> click.Command | None:
        """Import and return a command, None for one that does not exist."""
        if cmd_name not in self.table:
            return None
        module, name, _ = self.table[cmd_name]
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)  # noqa: S101 - a slip in the table
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; raises UsageError with the nearest one."""
        if args and args[0] not in self.table and not args[0].startswith("-"):
            raise UsageError(
                f'There is no command "{args[0]}".',
                hint=hint_for(args[0], self.table, f"{ctx.command_path} --help"),
            )
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Call the command; whoever asks the program to end finds it cleaning up."""
        from mlstarter.interrupts import raise_termination

        with raise_termination():
            return super().invoke(ctx)

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002
        formatter: click.HelpFormatter,
    ) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in self.table.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        """Complete a command's name without importing any, else an option's."""
        from click.shell_completion import CompletionItem

        names = [name for name in self.table if name.startswith(incomplete)]
        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        return [CompletionItem(name, help=self.table[name][2]) for name in names]
