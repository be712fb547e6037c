"""Small generated files with the columns of the text presets' Kaggle datasets, so that each runs.

They are called generated wherever they appear: the words are drawn; columns, encodings, quoting and
what is repeated are those of the real files.
"""

from __future__ import annotations

import csv
import io
import random
import zipfile
from collections.abc import Iterable, Sequence

Rows = Iterable[Sequence[object]]
FILLER = ["the", "a", "of", "and", "with", "for", "this", "that", "very", "so", "it", "was", "on"]
TOPICS = {
    "ham": "home dinner tonight meet love class later morning",
    "spam": "free winner claim prize \u00a3900 txt urgent call",
    "1": "minister election troops border government treaty",
    "2": "coach season goal final league striker",
    "3": "shares profit oil market quarter bank",
    "4": "software chip internet browser satellite researchers",
    "negative": "cancelled delayed lost rude worst terrible",
    "neutral": "flight gate tomorrow question ticket schedule",
    "positive": "thanks great love amazing awesome best",
}


def archive(preset: str) -> bytes:
    """Return the zip archive that the stand-in for Kaggle serves for a preset."""
    chance = random.Random(preset)
    files = {
        "sms-spam": _sms,
        "ag-news": _news,
        "airline-tweets": _tweets,
        "imdb-reviews": _reviews,
    }[preset](chance)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            package.writestr(name, content)
    return buffer.getvalue()


def _text(chance: random.Random, label: str, words: int = 8) -> str:
    """Return words of which some are the label's; now and then they are another one's."""
    topic_label = label if chance.random() < 0.95 else chance.choice(list(TOPICS))
    topic = TOPICS[topic_label].split()
    return " ".join(chance.choice(topic if chance.random() < 0.4 else FILLER) for _ in range(words))


def _csv(head: list[str], rows: Rows) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([head, *rows])
    return text.getvalue()


def _sms(chance: random.Random) -> dict[str, bytes]:
    labels = [chance.choice(("ham", "ham", "ham", "spam")) for _ in range(600)]
    rows: list[list[object]] = [[label, _text(chance, label), "", "", ""] for label in labels]
    rows += rows[:60]  # many messages were sent more than once
    return {"spam.csv": _csv(["v1", "v2", "", "", ""], rows).encode("latin-1")}


def _news(chance: random.Random) -> dict[str, bytes]:
    def table(count: int) -> bytes:
        labels = [str(i % 4 + 1) for i in range(count)]
        rows = [[label, 'Title, "quoted"', f"AP - {_text(chance, label, 12)}"] for label in labels]
        return _csv(["Class Index", "Title", "Description"], rows).encode()

    return {"test.csv": table(40), "train.csv": table(600)}


TWEET_COLUMNS = (
    *("tweet_id", "airline_sentiment", "airline_sentiment_confidence", "negativereason"),
    *("negativereason_confidence", "airline", "airline_sentiment_gold", "name"),
    *("negativereason_gold", "retweet_count", "text", "tweet_coord", "tweet_created"),
    *("tweet_location", "user_timezone"),
)


def _tweets(chance: random.Random) -> dict[str, bytes]:
    rows: list[list[object]] = []
    for i in range(600):
        label = chance.choice(("negative", "negative", "neutral", "positive"))
        row = dict.fromkeys(TWEET_COLUMNS, "")
        row["tweet_id"], row["airline_sentiment"] = str(570306133677760513 + i), label
        row["negativereason"] = "Late Flight" if label == "negative" else ""
        row["name"] = f"person{i // 3}"
        row["text"] = f"@united {_text(chance, label)}\nsecond line \N{AIRPLANE}"
        rows.append(list(row.values()))
    return {
        "Tweets.csv": _csv(list(TWEET_COLUMNS), rows).encode(),
        "database.sqlite": b"SQLite format 3\0",
    }


def _reviews(chance: random.Random) -> dict[str, bytes]:
    labels = [chance.choice(("positive", "negative")) for _ in range(400)]
    rows: list[list[object]] = []
    for label in labels:
        # Names, without which texts of so few words would be near-duplicates of one another.
        names = ["".join(chance.choices("aeiourstlnm", k=6)).title() for _ in range(40)]
        first = f"{' '.join(names)} {_text(chance, label, 60)}"
        rows.append([f"{first}.<br /><br />{_text(chance, label, 150)}", label])
    return {"IMDB Dataset.csv": _csv(["review", "sentiment"], rows).encode()}
