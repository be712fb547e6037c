"""Each way in which Kaggle can fail: its sentence, the way to mend it, its exit status.

No message carries an address of storage, a header or another library's text: those can hold tokens.
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from ..errors import ProjectError

if TYPE_CHECKING:
    from .kaggle import Source

NO_CREDENTIALS, WRONG_CREDENTIALS, RULES, NOT_FOUND, CUT = 10, 11, 12, 13, 14
UNAVAILABLE, NO_ANSWER, CHECKSUM, DISK_FULL = 15, 16, 17, 18
PASSING = (CUT, UNAVAILABLE, NO_ANSWER, CHECKSUM)  # another try may help
TOKEN = (
    "Make a token at https://www.kaggle.com/settings (API) and put it into KAGGLE_API_TOKEN or "
    "~/.kaggle/access_token."
)


class FetchError(ProjectError):
    """Kaggle could not be used; the exit status says how."""

    def __init__(self, exit_status: int, message: str, hint: str) -> None:
        super().__init__(message, hint)
        self.exit_status = exit_status


def translate(error: Exception, source: Source, timeout: float, known: bool) -> FetchError:
    """Turn what kagglehub, requests or the disk raised into a FetchError.

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
    silent = any(isinstance(reason, ReadTimeoutError) for reason in error.args)
    if isinstance(error, requests.Timeout) or silent:
        what = f"Kaggle did not answer within {timeout:g} seconds."
        hint = "Try again later, or allow more with `fetch --timeout SECONDS`."
        return FetchError(NO_ANSWER, what, hint)
    if isinstance(error, requests.RequestException):
        what = "The connection to Kaggle could not be made or broke off."
        hint = "Check the network and run `fetch` again: it goes on where it stopped."
        return FetchError(CUT, what, hint)
    if isinstance(error, DataCorruptionError):
        what = f"The download of {source} is damaged: it is not what Kaggle announced."
        hint = "Run `fetch` again; behind a proxy that rewrites downloads, try another network."
        return FetchError(CHECKSUM, what, hint)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        hint = "Free some space and run `fetch` again: it goes on where it stopped."
        return FetchError(DISK_FULL, f"The disk is too full for {source}.", hint)
    what = f"{source} could not be fetched ({type(error).__name__})."
    return FetchError(1, what, f"See {source.page}.")


def _refused(status: int, source: Source, known: bool) -> FetchError:
    if status in (401, 403) and not known:
        return FetchError(NO_CREDENTIALS, f"Kaggle wants to know who fetches {source}.", TOKEN)
    if status == 401:
        what = "Kaggle does not accept the credentials that it was given."
        return FetchError(WRONG_CREDENTIALS, what, TOKEN)
    if status == 403:
        place, mend = (
            (f"{source.page}/rules", "accept the rules")
            if source.competition
            else (source.page, "ask for access or give consent")
        )
        what = f"This Kaggle account may not fetch {source} yet."
        return FetchError(RULES, what, f"Sign in at {place} and {mend}.")
    if status == 404:
        what = f"Kaggle has no {'competition' if source.competition else 'dataset'} {source}."
        hint = "Check the name and the version in config.toml against the page's address."
        return FetchError(NOT_FOUND, what, hint)
    what = f"Kaggle cannot serve {source} at the moment (HTTP {status})."
    hint = "Try again in some minutes; https://status.kaggle.com tells more."
    return FetchError(UNAVAILABLE, what, hint)
