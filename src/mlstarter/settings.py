"""The user's own settings: ``settings.toml`` in the configuration folder.

    trust = ["https://github.com/our-school/", "~/templates/"]

The code of a source that an entry names may run without ``--trust``.
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from mlstarter.errors import UsageError

SETTINGS_VARIABLE = "MLSTARTER_SETTINGS"
_EXAMPLE = 'trust = ["https://github.com/our-school/"]'


def folder() -> Path | None:
    """Return the user's configuration folder, or None for an account without a home."""
    try:
        return platformdirs.user_config_path("mlstarter", appauthor=False)
    except (RuntimeError, KeyError):
        return None


def path() -> Path | None:
    """Return where the settings are: ``MLSTARTER_SETTINGS``, or the user's configuration.

    None for an account without a home, which has no settings.
    """
    named_file = os.environ.get(SETTINGS_VARIABLE)
    if named_file:
        return Path(named_file)
    own = folder()
    return None if own is None else own / "settings.toml"


def trusts(source: str) -> bool:
    """Say whether the settings trust ``source``.

    An entry ending in ``/`` stands for everything below it, any other for itself alone; addresses
    are compared as git will ask for them.

    Raises:
        UsageError: the settings cannot be read, or an entry is no address.
    """
    entries = trusted_entries()
    if not entries:
        return False
    from mlstarter.sources.trust import is_trusted

    return is_trusted(source, entries)


def trusted_entries() -> list[str]:
    """Return what ``trust`` names in the settings, each an address; none without the file.

    Raises:
        UsageError: the settings cannot be read, or an entry is no address.
    """
    file = path()
    if file is None:
        return []
    from mlstarter.bounds import MAX_RECORD_BYTES
    from mlstarter.data_files import load_toml
    from mlstarter.files import read_file

    try:
        settings = load_toml(read_file(file, MAX_RECORD_BYTES))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise UsageError(f"{file} cannot be read: {reason}.", hint="mend or remove it") from error
    entries = settings.get("trust", [])
    if not isinstance(entries, list) or not all(isinstance(entry, str) for entry in entries):
        raise UsageError(
            f"trust in {file} is not a list of sources.", hint=f"for example: {_EXAMPLE}"
        )
    if entries:
        from mlstarter.sources.trust import check_entry

        for entry in entries:
            check_entry(entry)
    return entries
