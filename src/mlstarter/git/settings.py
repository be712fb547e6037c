"""What every git process is told: pinned settings, no prompts, no variables of somebody else's.

What git does for mlstarter must not depend on who runs it. Settings that change a result (hooks,
signing, line endings, ignore rules, pagers, colours) are pinned through the environment, and the
variables that a hook or an alias leaves behind (``GIT_DIR``, ``GIT_INDEX_FILE``, ...) are dropped,
so that the repository is always the one in the folder that was asked for.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache

# What `git rev-parse --local-env-vars` lists, except GIT_CONFIG_COUNT (settings that the caller
# passes on purpose, such as `safe.directory` in CI), and what else points git elsewhere.
_FOREIGN = frozenset(
    [
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_ATTR_SOURCE",
        "GIT_COMMON_DIR",
        "GIT_CONFIG",
        "GIT_CONFIG_PARAMETERS",
        "GIT_DEFAULT_HASH",
        "GIT_DIFF_OPTS",
        "GIT_DIR",
        "GIT_EXTERNAL_DIFF",
        "GIT_GLOB_PATHSPECS",
        "GIT_GRAFT_FILE",
        "GIT_ICASE_PATHSPECS",
        "GIT_IMPLICIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_INDEX_VERSION",
        "GIT_INTERNAL_SUPER_PREFIX",
        "GIT_LITERAL_PATHSPECS",
        "GIT_MERGE_VERBOSITY",
        "GIT_NAMESPACE",
        "GIT_NOGLOB_PATHSPECS",
        "GIT_NO_REPLACE_OBJECTS",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        "GIT_REPLACE_REF_BASE",
        "GIT_SHALLOW_FILE",
        "GIT_TEMPLATE_DIR",
        "GIT_WORK_TREE",
    ]
)

# Transports that run no program of an address's choosing; `ext::sh -c ...` is one that does.
PROTOCOLS = ("file", "git", "http", "https", "ssh")

PINNED_SETTINGS = (
    ("core.hooksPath", os.devnull),
    ("core.fsmonitor", "false"),
    ("core.untrackedCache", "false"),
    ("core.autocrlf", "false"),
    ("core.eol", "native"),
    ("core.safecrlf", "false"),
    ("core.attributesFile", os.devnull),
    ("core.quotePath", "false"),
    ("core.pager", "cat"),
    ("color.ui", "false"),
    ("commit.gpgSign", "false"),
    ("tag.gpgSign", "false"),
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
    ("log.showSignature", "false"),
    ("i18n.logOutputEncoding", "UTF-8"),
    ("diff.renames", "true"),
    ("diff.renameLimit", "7000"),
    ("merge.renames", "true"),
    ("merge.renameLimit", "7000"),
    # A file never moves because its neighbours did: neither side asked for that.
    ("merge.directoryRenames", "false"),
    ("merge.conflictStyle", "diff3"),
    ("advice.detachedHead", "false"),
    # A server that sends nothing for two minutes is given up. At work it sends five bytes every
    # five seconds (`uploadpack.keepAlive`).
    ("http.lowSpeedLimit", "1"),
    ("http.lowSpeedTime", "120"),
    # Without a configured identity git guesses one from the host's name; see identity.py.
    ("user.useConfigOnly", "true"),
)

# For a repository that somebody else set up and that is read where it lies. git looks for objects
# that a partial clone lacks at its remote, by programs that the settings in it name
# (`remote.*.uploadpack`, `core.sshCommand`); git before 2.39.4 does not know the first of these.
NO_SERVER = {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none"}

# What decides how files lie in a work tree. It was written with the user's own settings (Git for
# Windows sets core.autocrlf), so only with these can it be read, and written to.
_OF_WORK_TREES = frozenset(["core.autocrlf", "core.eol", "core.attributesFile"])
_SETTINGS_BUT_OF_WORK_TREES = tuple(
    pair for pair in PINNED_SETTINGS if pair[0] not in _OF_WORK_TREES
)
_PINNED_VARIABLES = {
    "LC_ALL": "C",
    "LANGUAGE": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_EDITOR": "true",
    "GIT_PAGER": "cat",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_ATTR_NOSYSTEM": "1",
}


def environment(
    extra: Mapping[str, str] | None = None,
    config: tuple[tuple[str, str], ...] = (),
    *,
    as_checked_out: bool = False,
) -> dict[str, str]:
    """Return the environment in which every git process runs.

    Settings that the caller hands down with ``GIT_CONFIG_COUNT`` stay, with ours after them.
    """
    env = dict(os.environ)
    for name in [n for n in env if n in _FOREIGN or n.startswith("GIT_TRACE")]:
        del env[name]
    env |= _PINNED_VARIABLES
    protocols = env.get("GIT_ALLOW_PROTOCOL")
    own = PROTOCOLS if protocols is None else protocols.split(":")
    env["GIT_ALLOW_PROTOCOL"] = ":".join(name for name in PROTOCOLS if name in own)
    start = env.get("GIT_CONFIG_COUNT", "")
    number = int(start) if start.isdecimal() else 0
    settings: tuple[tuple[str, str], ...] = PINNED_SETTINGS
    if as_checked_out:
        settings = _SETTINGS_BUT_OF_WORK_TREES
        del env["GIT_ATTR_NOSYSTEM"]
    return env | _settings_as_variables((*settings, *config), number) | dict(extra or {})


@lru_cache(maxsize=16)
def _settings_as_variables(settings: tuple[tuple[str, str], ...], start: int) -> dict[str, str]:
    """Return the variables that hand settings down, numbered from ``start``."""
    variables = {"GIT_CONFIG_COUNT": str(start + len(settings))}
    for number, (key, value) in enumerate(settings, start):
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return variables


def closed_settings() -> dict[str, str]:
    """Return the environment in which git has the pinned settings and none of the user's.

    For repositories of others: a filter or merge driver that their ``.gitattributes`` name is
    then one that nobody has configured, so it does not run.
    """
    env = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    return env | _settings_as_variables(PINNED_SETTINGS, 0)
