"""What was done and proven, in SQLite: the memory that lets a run be cut off at any moment.

One row a repository: a student's, or a team's, which is then known by the team's name. A step is
written only after it happened; the step that proves it asks the server. The journal knows ids,
addresses and commits, never a name.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import platformdirs

from mlstarter.errors import UPGRADE, EnvironmentProblem, UsageError
from mlstarter.git.process import Git

STATES = ("new", "rendered", "created", "pushed", "verified")
SCHEMA = 2

_TABLES = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS students (
    student_id TEXT PRIMARY KEY, url TEXT NOT NULL, state TEXT NOT NULL,
    stamp TEXT NOT NULL, commit_id TEXT NOT NULL, version TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS updates (
    student_id TEXT NOT NULL, version TEXT NOT NULL, outcome TEXT NOT NULL,
    head TEXT NOT NULL, pushed TEXT NOT NULL, change_url TEXT NOT NULL,
    PRIMARY KEY (student_id, version)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS deliveries (at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS access (
    student_id TEXT NOT NULL, member_id TEXT NOT NULL, PRIMARY KEY (student_id, member_id)
) WITHOUT ROWID;
"""
_ENTRY = "student_id, url, state, stamp, commit_id, version"


@dataclass(frozen=True, slots=True)
class RepositoryEntry:
    """How far one student's repository is.

    ``stamp`` is the commits' time as git writes it ("seconds zone"): with it a second run renders
    the same commits. ``commit_id`` is the commit that was handed out, ``version`` the template's
    version in it ("" where that is not known, or the template has none).
    """

    student_id: str
    url: str
    state: str = "new"
    stamp: str = ""
    commit_id: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What an update brought to one student: see ``update.Outcome``."""

    student_id: str
    version: str
    outcome: str
    head: str
    pushed_commit: str = ""
    change_url: str = ""


def default_path(course_run: str) -> Path:
    """Return where the journal of a course lies, outside every repository."""
    return platformdirs.user_state_path("mlstarter", appauthor=False) / f"{course_run}.sqlite"


class Journal:
    """The journal of one run of a course; one process at a time may hold it."""

    def __init__(self, path: Path, course_run: str) -> None:
        _refuse_repository(path)
        self.path = path
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # Autocommit: every step is on disk before the next one begins.
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA busy_timeout = 2000")
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.executescript(_TABLES)
            self._add_columns()
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise EnvironmentProblem(
                    f"Another cohort command is at work on {course_run}.",
                    hint="wait for it to end",
                ) from error
            raise self._unusable(error) from error
        except (sqlite3.DatabaseError, OSError) as error:
            raise self._unusable(getattr(error, "strerror", None) or error) from error
        self._belongs_to(course_run)

    def _add_columns(self) -> None:
        """Bring a journal of schema 1, which did not know versions, up to this one."""
        columns = {row[1] for row in self._db.execute("PRAGMA table_info(students)")}
        if "version" not in columns:
            self._db.execute("ALTER TABLE students ADD COLUMN version TEXT NOT NULL DEFAULT ''")
            self._db.execute(
                "INSERT OR IGNORE INTO access "
                "SELECT student_id, student_id FROM students WHERE state = 'verified'"
            )

    def _belongs_to(self, course_run: str) -> None:
        self._query("INSERT OR IGNORE INTO meta VALUES ('schema', ?)", str(SCHEMA))
        self._query("INSERT OR IGNORE INTO meta VALUES ('course_run', ?)", course_run)
        meta = dict(self._query("SELECT key, value FROM meta"))
        if meta["course_run"] != course_run:
            self.close()
            raise UsageError(
                f"The journal {self.path} belongs to the course {meta['course_run']}.",
                hint="name another one with --journal",
            )
        if not meta["schema"].isdecimal():
            self.close()
            raise self._unusable(f"its schema is {meta['schema']}")
        if int(meta["schema"]) > SCHEMA:
            self.close()
            raise UsageError(
                f"The journal {self.path} was written by a newer mlstarter.",
                hint=UPGRADE,
            )
        self._query("UPDATE meta SET value = ? WHERE key = 'schema'", str(SCHEMA))

    def _query(self, statement: str, *values: object) -> list[Any]:
        """Run one statement and return its rows.

        Raises EnvironmentProblem where the journal cannot be read or written any more.
        """
        try:
            with self._lock:
                return self._db.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def _unusable(self, reason: object) -> EnvironmentProblem:
        """Return the error for a journal that cannot be used, by what SQLite says of it."""
        hint = "free some space, and run the command again; it goes on where it stopped"
        if "full" not in str(reason):
            hint = (
                "check who may write there; a journal that is damaged: move it away, and "
                "`mlstarter cohort adopt` writes one anew from what the servers hold"
            )
        return EnvironmentProblem(f"The journal {self.path} cannot be used: {reason}.", hint=hint)

    def remember(self, key: str, value: str) -> str:
        """Return what the course remembers under ``key``: ``value``, unless it was set before."""
        self._query("INSERT OR IGNORE INTO meta VALUES (?, ?)", key, value)
        present = self.setting(key)
        return value if present is None else present

    def setting(self, key: str) -> str | None:
        """Return what the course remembers under ``key``, None where nothing is."""
        rows = self._query("SELECT value FROM meta WHERE key = ?", key)
        return str(rows[0][0]) if rows else None

    def keep_setting(self, key: str, value: str) -> None:
        """Remember ``value`` under ``key`` in place of what was there."""
        self._query("INSERT OR REPLACE INTO meta VALUES (?, ?)", key, value)

    def close(self) -> None:
        """Let others at the journal."""
        self._db.close()

    def entry(self, student_id: str) -> RepositoryEntry | None:
        """Return how far a student's repository is, None where nothing was begun."""
        columns = f"SELECT {_ENTRY} FROM students"  # noqa: S608 - a constant
        rows = self._query(f"{columns} WHERE student_id = ?", student_id)
        return RepositoryEntry(*rows[0]) if rows else None

    def entries(self) -> list[RepositoryEntry]:
        """Return how far every repository is, in the order of their ids."""
        columns = f"SELECT {_ENTRY} FROM students"  # noqa: S608 - a constant
        return [RepositoryEntry(*row) for row in self._query(f"{columns} ORDER BY student_id")]

    def require_spelling(self, student_ids: Iterable[str]) -> None:
        """Raise UsageError for an id that is one of the class in another case.

        It would get a second repository, and folders that are one on Windows and macOS.
        """
        known_ids = {entry.student_id.casefold(): entry.student_id for entry in self.entries()}
        for student_id in student_ids:
            known_id = known_ids.get(student_id.casefold(), student_id)
            if known_id != student_id and self.entry(student_id) is None:
                raise UsageError(
                    f'The roster says "{student_id}", and the class has "{known_id}": they differ '
                    "only in case; nothing was done.",
                    hint=f"write {known_id} in the roster",
                )

    def record(self, entry: RepositoryEntry) -> None:
        """Write that a step is done."""
        columns = f"INSERT OR REPLACE INTO students ({_ENTRY})"
        self._query(f"{columns} VALUES (?, ?, ?, ?, ?, ?)", *astuple(entry))

    def has_access(self, student_id: str) -> set[str]:
        """Return the ids of those who were let into a repository."""
        rows = self._query("SELECT member_id FROM access WHERE student_id = ?", student_id)
        return {row[0] for row in rows}

    def give_access(self, student_id: str, member_id: str) -> None:
        """Write that somebody was let into a repository."""
        self._query("INSERT OR IGNORE INTO access VALUES (?, ?)", student_id, member_id)

    def forget_access(self, student_id: str) -> None:
        """Write that nobody was let into a repository: it is another one than before."""
        self._query("DELETE FROM access WHERE student_id = ?", student_id)

    def delivered_versions(self) -> dict[str, int]:
        """Return how many repositories each update reached, by version (see ``Delivery``)."""
        return dict(self._query("SELECT version, COUNT(*) FROM updates GROUP BY version"))

    def delivery(self, student_id: str, version: str) -> Delivery | None:
        """Return what an update to ``version`` brought, None where it was not delivered."""
        rows = self._query(
            "SELECT * FROM updates WHERE student_id = ? AND version = ?", student_id, version
        )
        return Delivery(*rows[0]) if rows else None

    def deliveries(self, student_id: str) -> list[Delivery]:
        """Return all that a student was ever sent, sorted by version as text."""
        rows = self._query(
            "SELECT * FROM updates WHERE student_id = ? ORDER BY version", student_id
        )
        return [Delivery(*row) for row in rows]

    def forget_deliveries(self, student_id: str, *, open_tips: Collection[str]) -> None:
        """Write that nothing was delivered to a repository: it is another one than before.

        What waits on a branch is remembered where its commit is among ``open_tips``.
        """
        for each in self.deliveries(student_id):
            is_open = each.outcome in {"offered", "conflict"} and each.pushed_commit in open_tips
            if not is_open:
                self._query(
                    "DELETE FROM updates WHERE student_id = ? AND version = ?",
                    student_id,
                    each.version,
                )

    def has_delivered(self, student_id: str, version: str) -> bool:
        """Say whether an update to ``version``, with whatever layers, reached a student."""
        rows = self._query(
            "SELECT 1 FROM updates WHERE student_id = ?1 "
            "AND (version = ?2 OR substr(version, 1, length(?2) + 1) = ?2 || '-') LIMIT 1",
            student_id,
            version,
        )
        return bool(rows)

    def deliver(self, delivery: Delivery) -> None:
        """Write what an update brought."""
        self._query("INSERT OR REPLACE INTO updates VALUES (?, ?, ?, ?, ?, ?)", *astuple(delivery))

    def sent_since(self, moment: float) -> list[float]:
        """Return when something was sent after ``moment`` (seconds since 1970), oldest first."""
        rows = self._query("SELECT at FROM deliveries WHERE at > ? ORDER BY at", moment)
        return [row[0] for row in rows]

    def count_sending(self) -> None:
        """Write that something was sent now; old moments are forgotten."""
        now = time.time()
        self._query("INSERT INTO deliveries VALUES (?)", now)
        self._query("DELETE FROM deliveries WHERE at < ?", now - 7200)


@contextmanager
def open_journal(path: Path | None, course_run: str) -> Iterator[Journal]:
    """Open the journal of a course and close it at the end."""
    journal = Journal(path or default_path(course_run), course_run)
    try:
        yield journal
    finally:
        journal.close()


def _refuse_repository(path: Path) -> None:
    """Raise UsageError where the journal would lie in a repository and could get into it."""
    folder = path.absolute().parent
    while not folder.exists():
        folder = folder.parent
    if Git(folder).call("rev-parse", "--git-dir").status == 0:
        raise UsageError(
            f"The journal {path} would lie inside a git repository.",
            hint="name a place outside every repository with --journal",
        )
