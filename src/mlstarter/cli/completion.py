"""``mlstarter completion``: the script that makes a shell complete commands and options."""

from __future__ import annotations

import click

from mlstarter.console import echo
from mlstarter.errors import UsageError
from mlstarter.suggest import hint_for

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", metavar="[bash|zsh|fish]")
def completion(shell: str) -> None:
    """Print the completion script of a shell.

    \b
    bash: mlstarter completion bash >> ~/.bashrc
    zsh:  mlstarter completion zsh >> ~/.zshrc
    fish: mlstarter completion fish > ~/.config/fish/completions/mlstarter.fish
    """
    from click.shell_completion import get_completion_class

    from mlstarter.cli import root

    if shell not in SHELLS:
        raise UsageError(
            f'There is no completion for the shell "{shell}".',
            hint=hint_for(shell, SHELLS, "mlstarter completion --help"),
        )
    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101 - click knows all of SHELLS
    echo(_source(kind(root, {}, "mlstarter", "_MLSTARTER_COMPLETE")))


def _source(complete: click.shell_completion.ShellComplete) -> str:
    # click's source() for bash first runs bash to see whether it is new enough; the script is
    # the same without that, and can be printed on a machine that has no bash.
    return complete.source_template % complete.source_vars()
