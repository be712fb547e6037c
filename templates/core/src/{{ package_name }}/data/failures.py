"""Each way in which Kaggle can fail: its sentence, the way to mend it, its exit status.

No message carries an address, a header or another library's text: those can hold tokens.
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from ..errors import ProjectError

if TYPE_CHECKING:
    from .kaggle import Source

TOKEN = (
    "Make a token at https://www.kaggle.com/settings (API) and put it into KAGGLE_API_TOKEN or "
    "~/.kaggle/access_token."
)


class FetchError(ProjectError):
    """Kaggle could not be used; `retry` says whether another try may help."""

    retry = False


class NoCredentials(FetchError):
    """This needs credentials, and none lie where kagglehub looks for them."""

    exit_status = 10


class WrongCredentials(FetchError):
    """Kaggle does not know the credentials, or they cannot be read."""

    exit_status = 11


class RulesNotAccepted(FetchError):
    """The account has to accept rules, or to be given access, before this may be fetched."""

    exit_status = 12


class NotFound(FetchError):
    """There is no dataset, version or competition of this name."""

    exit_status = 13


class CutConnection(FetchError):
    """The network is away, or the connection broke off."""

    exit_status, retry = 14, True


class Unavailable(FetchError):
    """Kaggle says that it cannot serve now (429 or 5xx)."""

    exit_status, retry = 15, True


class NoAnswer(FetchError):
    """Nothing came for as long as the timeout."""

    exit_status, retry = 16, True


class BadChecksum(FetchError):
    """The bytes are not those that Kaggle announced."""

    exit_status, retry = 17, True


class DiskFull(FetchError):
    """The disk cannot hold the data."""

    exit_status = 18


def translate(error: Exception, source: Source, timeout: float, known: bool) -> FetchError:
    """Turn what kagglehub, requests or the disk raised into one of this module's failures.

    `known` says whether credentials were sent.
    """
    import requests
    from kagglehub.exceptions import DataCorruptionError
    from urllib3.exceptions import ReadTimeoutError

    if isinstance(error, FetchError):
        return error
    if isinstance(error, requests.HTTPError) and error.response is not None:
        # Behind a redirect, and to an upload, the storage answers: it knows no accounts.
        storage = bool(error.response.history) or error.response.request.method == "PUT"
        return _refused(503 if storage else error.response.status_code, source, known)
    if isinstance(error, requests.Timeout) or any(
        isinstance(reason, ReadTimeoutError) for reason in error.args
    ):
        return NoAnswer(
            f"Kaggle did not answer within {timeout:g} seconds.",
            "Try again later, or allow more with `fetch --timeout SECONDS`.",
        )
    if isinstance(error, requests.RequestException):
        return CutConnection(
            "The connection to Kaggle could not be made or broke off.",
            "Check the network and run `fetch` again: it goes on where it stopped.",
        )
    if isinstance(error, DataCorruptionError):
        return BadChecksum(
            f"The download of {source} is damaged: it is not what Kaggle announced.",
            "Run `fetch` again; behind a proxy that rewrites downloads, try another network.",
        )
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(
            f"The disk is too full for {source}.",
            "Free some space and run `fetch` again: it goes on where it stopped.",
        )
    what = type(error).__name__
    return FetchError(f"{source} could not be fetched ({what}).", f"See {source.page}.")


def _refused(status: int, source: Source, known: bool) -> FetchError:
    if status in (401, 403) and not known:
        return NoCredentials(f"Kaggle wants to know who fetches {source}.", TOKEN)
    if status == 401:
        return WrongCredentials("Kaggle does not accept the credentials that it was given.", TOKEN)
    if status == 403:
        what = "accept the rules" if source.competition else "ask for access or give consent"
        return RulesNotAccepted(
            f"This Kaggle account may not fetch {source} yet.",
            f"Sign in at {source.page}{'/rules' if source.competition else ''} and {what}.",
        )
    if status == 404:
        return NotFound(
            f"Kaggle has no {'competition' if source.competition else 'dataset'} {source}.",
            "Check the name and the version in config.toml against the page's address.",
        )
    return Unavailable(
        f"Kaggle cannot serve {source} at the moment (HTTP {status}).",
        "Try again in some minutes; https://status.kaggle.com tells more.",
    )
