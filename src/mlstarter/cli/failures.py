"""What went wrong, as the sentences that a user reads."""

from __future__ import annotations

import errno
import os
import re

import click

from mlstarter.errors import MlstarterError
from mlstarter.suggest import did_you_mean, hint_for

# Kind of failure -> the sentence about a path, and the hint.
_REASONS = {
    errno.EACCES: (
        "There is no permission to use {path}.",
        "change its permissions, or choose a place of your own",
    ),
    errno.EPERM: ("The system does not allow that with {path}.", "`ls -ld` shows whose it is"),
    errno.EROFS: ("{path} cannot be written: its disk is read-only.", "choose another place"),
    errno.ENOSPC: ("The disk that holds {path} is full.", "free some space and try again"),
    errno.EDQUOT: ("Your share of the disk that holds {path} is used up.", "free some space"),
    errno.ENOENT: ("{path} does not exist.", "check the spelling; something may have moved it"),
    errno.ENOTDIR: ("A part of {path} is a file, not a folder.", "choose another place"),
    errno.EISDIR: ("{path} is a folder where a file is needed.", "name a file, or move it away"),
    errno.EEXIST: ("{path} is there already.", "move it away, or choose another name"),
    errno.ENAMETOOLONG: ("The path {path} is too long for this system.", "choose a shorter one"),
    errno.ELOOP: ("The links on the way to {path} lead in a circle.", "remove one of them"),
    errno.EMFILE: ("Too many files are open.", "`ulimit -n 4096` allows more"),
    errno.ENOMEM: ("This machine has too little memory left.", "close other programs"),
    errno.EINVAL: ("{path} is not a name that this system allows.", "choose another name"),
}


def sentences(error: Exception) -> tuple[str, str | None, int]:
    """Return what went wrong, the hint, and the exit status."""
    if isinstance(error, MlstarterError):
        return error.message, error.hint, error.exit_status
    explanation = _of_the_system(error) if isinstance(error, OSError) else _of_python(error)
    if explanation is not None:
        return *explanation, 1
    return (
        f"Something unexpected went wrong ({type(error).__name__}: {error}).",
        "run `mlstarter --debug ...` again and report what it prints",
        1,
    )


def _of_python(error: Exception) -> tuple[str, str] | None:
    """Return message and hint for what Python raises where the input or the machine is at fault."""
    if isinstance(error, RuntimeError) and "home directory" in str(error):
        return "There is no home folder that ~ could stand for.", "give the whole path"
    if isinstance(error, RuntimeError) and "Symlink loop" in str(error):
        # Python before 3.13 has no OSError for it.
        path = str(error).partition("'")[2].rstrip("'")
        return _of_the_system(OSError(errno.ELOOP, "", path))
    if isinstance(error, UnicodeError):
        return (
            "A name or a text holds bytes that are no letters in UTF-8.",
            "rename the file, or save it as UTF-8",
        )
    if isinstance(error, RecursionError | MemoryError):
        return (
            "The input is nested too deeply, or too large, to be read.",
            "`mlstarter --debug ...` shows where",
        )
    return None


def wrong_usage(error: click.ClickException) -> tuple[str, str, int]:
    """Return what was wrong with a command line, with the option that was probably meant."""
    message = error.format_message()
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "mlstarter"
    hint = f"`{command} --help` shows the options"
    if isinstance(context, click.Context) and (word := _unknown_command(message)):
        names = getattr(context.command, "commands", {})
        return (
            f'There is no command "{word}".',
            hint_for(word, names, f"{command} --help"),
            error.exit_code,
        )
    if isinstance(error, click.NoSuchOption):
        message = f'There is no option "{error.option_name}".'
        hint = (_near_option(error, context) if context is not None else None) or hint
    return message, hint, error.exit_code


def _unknown_command(message: str) -> str | None:
    match = re.match(r"No such command '(.+?)'\.", message)
    return match[1] if match else None


def _near_option(error: click.NoSuchOption, context: click.Context) -> str | None:
    names = [
        name
        for parameter in context.command.get_params(context)
        if isinstance(parameter, click.Option) and not parameter.hidden
        for name in (*parameter.opts, *parameter.secondary_opts)
        if name.startswith("--")
    ]
    return did_you_mean(error.option_name, names)


def _of_the_system(error: OSError) -> tuple[str, str]:
    if isinstance(error, FileNotFoundError) and not _has_folder():
        return "The folder that you are in does not exist any more.", "cd into another one"
    names = [str(name) for name in (error.filename, error.filename2) if name]
    sentence, hint = _REASONS.get(
        error.errno or 0, ("", "`mlstarter doctor` checks disk and permissions")
    )
    if names and sentence:
        return sentence.format(path=" or ".join(names)), hint
    where = f" ({', '.join(names)})" if names else ""
    return f"{(error.strerror or str(error)).rstrip('.')}{where}.", hint


def _has_folder() -> bool:
    try:
        os.getcwd()  # noqa: PTH109 - Path.cwd() is the same, and says no more
    except OSError:
        return False
    return True
