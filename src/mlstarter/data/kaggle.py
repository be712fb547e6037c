"""The address of a Kaggle page, or a command copied from it, as the answers it stands for."""

from __future__ import annotations

import re

_NAME = r"[A-Za-z0-9][A-Za-z0-9_-]*"
_HOST = r"(?:https?://)?(?:www\.)?kaggle\.com/"
# What stands before an address where a page offers a command in its stead.
_CURL = rf"(?:curl\b.*?\s\"?)?{_HOST}(?:api/v1/)?"
_HUB = r"(?:\w+ *= *)?kagglehub\."
_DATASET = re.compile(
    rf"(?:{_CURL}(?:datasets/(?:download/)?)?|!?kaggle datasets download (?:-d |--dataset )?|"
    rf"{_HUB}(?:dataset_download|load_dataset)\( *[\"'])"
    rf"({_NAME}/{_NAME}(?:/versions/[0-9]+)?)(?:[/?#\"' ].*)?",
    re.IGNORECASE | re.DOTALL,
)
_COMPETITION = re.compile(
    rf"(?:{_CURL}(?:competitions|c)/(?:data/download(?:-all)?/)?|"
    rf"!?kaggle competitions download (?:-c |--competition )?|"
    rf"{_HUB}competition_download\( *[\"'])"
    rf"({_NAME})(?:[/?#\"' ].*)?",
    re.IGNORECASE | re.DOTALL,
)
_OTHER_PAGES = (
    "api",
    "code",
    "models",
    "discussions",
    "learn",
    "docs",
    "settings",
    "account",
    "benchmarks",
    "datasets",
)


def read_address(text: str) -> dict[str, str] | None:
    """Return the answers that a Kaggle address stands for, or None where it is none.

    ``https://www.kaggle.com/datasets/owner/name/data?select=x.csv`` is the dataset owner/name,
    ``https://www.kaggle.com/c/titanic`` the competition titanic.
    """
    text = text.strip()
    if competition := _COMPETITION.fullmatch(text):
        return {"kaggle_competition": competition[1]}
    dataset = _DATASET.fullmatch(text)
    if dataset and dataset[1].partition("/")[0].lower() not in _OTHER_PAGES:
        return {"kaggle_dataset": dataset[1]}
    return None


def settle_addresses(answers: dict[str, object]) -> None:
    """Put in place of a Kaggle address, in either question, the answer that it stands for."""
    for key in ("kaggle_dataset", "kaggle_competition"):
        value = answers.get(key)
        answer = read_address(value) if isinstance(value, str) else None
        if answer is not None:
            del answers[key]
            answers.update(answer)
