"""Talk to Kaggle through kagglehub: what a dataset is, its bytes, and a submission.

kagglehub knows where credentials lie and how a download resumes. It does not retry, waits for
ever on a silent server and unpacks whatever came: the first two are mended here, unpacking is
left to `archives`.
"""

from __future__ import annotations

import errno
import logging
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from .failures import (
    NO_CREDENTIALS,
    NOT_FOUND,
    PASSING,
    TOKEN,
    WRONG_CREDENTIALS,
    FetchError,
    translate,
)

T = TypeVar("T")
TRIES = 3
PAUSE = 1.0  # seconds before the second try, four times as long before the third


@dataclass(frozen=True)
class Source:
    """A dataset (`owner/name`, perhaps of one version) or a competition (a single name)."""

    name: str
    version: int | None = None

    @classmethod
    def parse(cls, text: str) -> Source:
        """Read `owner/name`, `owner/name/versions/N` or a competition's name."""
        match = re.fullmatch(r"([\w-]+/[\w-]+)(?:/versions/(\d+))?|([\w-]+)", text.strip())
        if match is None:
            raise FetchError(
                NOT_FOUND,
                f"{text!r} is neither a Kaggle dataset nor a competition.",
                "Write owner/name, owner/name/versions/N or a competition's name in config.toml.",
            )
        return cls(match[1] or match[3], int(match[2]) if match[2] else None)

    @property
    def competition(self) -> bool:
        """True for a competition."""
        return "/" not in self.name

    @property
    def slug(self) -> str:
        """The last part of the name, which is also its folder below data/raw/."""
        return self.name.rpartition("/")[2]

    @property
    def page(self) -> str:
        """The address of its page for people."""
        kind = "competitions" if self.competition else "datasets"
        return f"https://www.kaggle.com/{kind}/{self.name}"

    def __str__(self) -> str:
        return f"{self.name}/versions/{self.version}" if self.version else self.name


def describe(source: Source, timeout: float) -> tuple[Source, str]:
    """Return the source with its version (the newest where none is pinned) and its licence."""
    if source.competition:
        return source, "the rules of the competition"

    def ask(client: Any) -> tuple[Source, str]:
        from kagglesdk.datasets.types.dataset_api_service import ApiGetDatasetRequest

        request = ApiGetDatasetRequest()
        request.owner_slug, request.dataset_slug = source.name.split("/")
        answer = client.datasets.dataset_api_client.get_dataset(request)
        version = source.version or answer.current_version_number
        return Source(source.name, version), answer.license_name or "unknown"

    return _tried(ask, source, timeout)


def download(source: Source, archive: Path, timeout: float) -> None:
    """Bring the source's archive to `archive`; what an earlier try left there is continued."""

    def bring(client: Any) -> None:
        from kagglehub.clients import download_file
        from kagglehub.exceptions import DataCorruptionError
        from kagglehub.handle import CompetitionHandle, DatasetHandle

        response = _request_download(client, source)
        size = int(response.headers.get("Content-Length", 0))
        have = archive.stat().st_size if archive.exists() else 0
        if size - have > shutil.disk_usage(archive.parent).free:
            raise OSError(errno.ENOSPC, "No space left on device")
        if source.competition:
            handle = CompetitionHandle(source.name)
        else:
            handle = DatasetHandle(*source.name.split("/"), version=source.version)
        download_file(response, str(archive), handle)
        # kagglehub compares a hash only where the answer names one; its length is always known.
        if size and archive.stat().st_size != size:
            archive.unlink()
            raise DataCorruptionError

    _tried(bring, source, timeout)


def submit(source: Source, path: Path, message: str, timeout: float) -> str:
    """Upload a submission file to a competition; return what Kaggle says about it."""

    def send(client: Any) -> str:
        import requests
        from kagglesdk.competitions.types.competition_api_service import (
            ApiCreateSubmissionRequest,
            ApiStartSubmissionUploadRequest,
        )

        api = client.competitions.competition_api_client
        start = ApiStartSubmissionUploadRequest()
        start.competition_name, start.file_name = source.name, path.name
        start.content_length = path.stat().st_size
        start.last_modified_epoch_seconds = int(path.stat().st_mtime)
        place = api.start_submission_upload(start)
        with path.open("rb") as file:
            requests.put(place.create_url, data=file, timeout=timeout).raise_for_status()
        create = ApiCreateSubmissionRequest()
        create.competition_name, create.blob_file_tokens = source.name, place.token
        create.submission_description = message
        return str(api.create_submission(create).message)

    # One try: a submission that arrived although the answer was lost counts against the day.
    return _tried(send, source, timeout, tries=1)


def _request_download(client: Any, source: Source) -> Any:
    from kagglesdk.competitions.types.competition_api_service import ApiDownloadDataFilesRequest
    from kagglesdk.datasets.types.dataset_api_service import ApiDownloadDatasetRequest

    if source.competition:
        files = ApiDownloadDataFilesRequest()
        files.competition_name = source.name
        return client.competitions.competition_api_client.download_data_files(files)
    request = ApiDownloadDatasetRequest()
    request.owner_slug, request.dataset_slug = source.name.split("/")
    request.dataset_version_number = source.version
    return client.datasets.dataset_api_client.download_dataset(request)


def _tried(action: Callable[[Any], T], source: Source, timeout: float, tries: int = TRIES) -> T:
    """Run `action` with a client; where another try may help, wait and try again."""
    known = _has_credentials()
    if source.competition and not known:
        what = "Kaggle competitions need an account, and no token was found."
        raise FetchError(NO_CREDENTIALS, what, TOKEN)
    for attempt in range(1, tries + 1):
        try:
            with _client(timeout) as client:
                return action(client)
        except Exception as error:
            # Whatever it is, one sentence comes of it; "from None", since a traceback of requests
            # can hold signed addresses.
            failure = translate(error, source, timeout, known)
            if attempt == tries or failure.exit_status not in PASSING:
                raise failure from None
        time.sleep(PAUSE * 4 ** (attempt - 1))
    raise AssertionError("unreachable: the last try returns or raises")


def _has_credentials() -> bool:
    """Look where kagglehub looks: a token, then name and key, from the environment or files."""
    try:
        from kagglehub.config import get_kaggle_credentials
    except ImportError:
        raise FetchError(1, "kagglehub is not installed.", "Run `make setup`.") from None
    try:
        return get_kaggle_credentials() is not None
    except (ValueError, TypeError, OSError):
        what = "The Kaggle credentials file cannot be read."
        raise FetchError(WRONG_CREDENTIALS, what, TOKEN) from None


@contextmanager
def _client(timeout: float) -> Iterator[Any]:
    """Open a client of Kaggle's API that gives up after `timeout` silent seconds."""
    from kagglehub.clients import build_kaggle_client
    from requests.adapters import HTTPAdapter

    class Patient(HTTPAdapter):
        def send(self, *arguments: Any, **settings: Any) -> Any:
            return super().send(*arguments, **settings | {"timeout": timeout})

    os.environ.pop("KAGGLE_API_ENVIRONMENT", None)  # its value TEST would print the token
    logging.getLogger("kagglehub").setLevel(logging.ERROR)
    with build_kaggle_client() as client:
        session = client.http_client()._session
        session.mount("https://", Patient())
        session.mount("http://", Patient())
        yield client
