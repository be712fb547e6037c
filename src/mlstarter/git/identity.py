"""Who a commit is by: mlstarter as the author of a render, the user as its committer."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

from mlstarter.git.process import Git


@dataclass(frozen=True, slots=True)
class Identity:
    """A name and an address as git writes them.

    ``fallback`` says that the user has no identity configured and this one stands in.
    """

    name: str
    email: str
    fallback: bool = False

    def line(self, when: str | None = None) -> str:
        """Return ``Name <address> seconds zone``; ``when`` is git's own "seconds zone"."""
        return f"{_safe(self.name)} <{_safe(self.email)}> {when or now()}"


# `.invalid` is reserved: nobody can ever receive mail there (RFC 2606).
TEMPLATE_AUTHOR = Identity("mlstarter", "templates@mlstarter.invalid")
# Who commits for a class.
NEUTRAL = Identity("mlstarter cohort", "cohort@mlstarter.invalid")
NOBODY = Identity("mlstarter user", "identity-not-set@mlstarter.invalid", fallback=True)

IDENTITY_HINT = 'git config --global user.name "Your Name"; git config --global user.email you@...'


def committer(git: Git) -> Identity:
    """Return the user's own identity in ``git``'s folder, or ``NOBODY`` where none is set."""
    result = git.call("var", "GIT_COMMITTER_IDENT")
    if result.status != 0:
        return NOBODY
    line = result.stdout.decode("utf-8", "replace").strip()
    name, _, rest = line.partition(" <")
    return Identity(name, rest.partition("> ")[0])


def now() -> str:
    """Return this moment as git writes it: seconds since 1970 and the zone.

    ``SOURCE_DATE_EPOCH`` (https://reproducible-builds.org/specs/source-date-epoch/) stands in for
    the clock where it is set.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch.isdecimal():
        return f"{epoch} +0000"
    stamp = time.localtime()
    return f"{int(time.mktime(stamp))} {time.strftime('%z', stamp) or '+0000'}"


def _safe(text: str) -> str:
    """Return a name without the characters that end a field in a commit."""
    return "".join(c for c in text if c not in "<>\n\r\0").strip() or "unknown"
