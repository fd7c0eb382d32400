"""A group of commands that are imported when they are used or described."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click

from ..core.errors import suggest


class LazyGroup(click.Group):
    """A group whose commands lie in modules, each as `command`.

    Args:
        commands: Subcommand to the name of its module, absolute.
    """

    def __init__(self, *args: Any, commands_in: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._modules = dict(commands_in)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(self._modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._modules:
            return None
        command: click.Command = importlib.import_module(self._modules[cmd_name]).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self._modules and not args[0].startswith("-"):
            known = self._modules
            ctx.fail(f"there is no command {args[0]!r}.{suggest(args[0], known)} Commands: {', '.join(sorted(known))}.")
        return super().resolve_command(ctx, args)
