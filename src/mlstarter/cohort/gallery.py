"""The gallery of a class for its demo day: a card for each project, from what repositories hold.

Without names nothing of a card says whose it is: a link that holds a student's account is left
out, and a name in a sentence is replaced by the id. Pictures are copied beside the page after they
were verified; the page asks nobody for anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from mlstarter.cohort.addresses import Addresses, not_in_journal
from mlstarter.cohort.board import Link
from mlstarter.cohort.png import MAX_BYTES, NoPicture, plain_png
from mlstarter.cohort.private_clone import MAIN, at_hand
from mlstarter.cohort.pseudonyms import name_pattern
from mlstarter.cohort.roster import Student
from mlstarter.cohort.server_answers import no_main
from mlstarter.cohort.static_page import render
from mlstarter.errors import UsageError
from mlstarter.escape import link_target
from mlstarter.files import built_aside, move_into_place
from mlstarter.interrupts import orderly
from mlstarter.project import Project
from mlstarter.reports import METRICS, Report, Score, read_report

PAGE, PICTURES = "index.html", "pictures"
# Characters of a sentence on a card.
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Picture:
    """A verified PNG and its size in pixels."""

    content: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Card:
    """One project.

    ``complaint`` says why the picture that the report names is not shown, "" where it is, or where
    none is named.
    """

    student_id: str
    heading: str
    problem: str = ""
    result: str = ""
    score: str = ""
    links: tuple[Link, ...] = ()
    picture: Picture | None = None
    complaint: str = ""


@dataclass(frozen=True)
class GalleryReader:
    """Reads what the projects of one course report; changes nothing."""

    addresses: Addresses
    names: bool = False

    def card(self, student: Student) -> Card:
        """Return a student's card; raises Absent where there is no project, and RemoteFailed."""
        entry = self.addresses.journal.entry(student.student_id)
        if entry is None or entry.state != "verified":
            raise not_in_journal(student, self.addresses.remote)
        location = self.addresses.locate(student)
        url, refs = location.entry.url, dict(location.refs)
        if MAIN not in refs:
            raise no_main(url, refs)
        with at_hand(url, refs, self.addresses.remote.transport) as project:
            card = self._card(student, project, url, refs[MAIN])
        return card if self.names else without_names(card, student)

    def _card(self, student: Student, project: Project, url: str, head: str) -> Card:
        report = read_report(project.repository.blob(head, METRICS))
        heading = student.student_id
        if self.names and student.name:
            heading = f"{student.name} ({student.student_id})"
        pages = dict(self.addresses.remote.pages(url))
        addresses = [("site", report.site if report else None), ("code", pages.get("repository"))]
        targets = [(text, link_target(address)) for text, address in addresses]
        links = tuple(Link(text, target) for text, target in targets if target)
        card = Card(student.student_id, heading, links=links)
        return card if report is None else _with_report(card, report, project, head)


def without_names(card: Card, student: Student) -> Card:
    """Return a card in which nothing names its student: not the account, address or name."""
    pattern = name_pattern(student)
    if pattern is None:
        return card
    return replace(
        card,
        problem=pattern.sub(card.student_id, card.problem),
        result=pattern.sub(card.student_id, card.result),
        score=pattern.sub(card.student_id, card.score),
        links=tuple(link for link in card.links if not pattern.search(link.address)),
    )


def write_gallery(course_run: str, cards: Sequence[Card], into: Path) -> None:
    """Write the page and its pictures into a folder; an earlier gallery there is replaced.

    The folder itself stays: a shell may stand in it, or a server show it. Raises UsageError where
    it holds anything else, and EnvironmentProblem where it cannot be written; nothing is changed
    then, nor where somebody stops it.
    """
    _require_own(into)
    into = into.resolve()
    with orderly(), built_aside(into.parent, into.name) as folder:
        (folder / PICTURES).mkdir()
        card_values = []
        for card in _in_order(cards):
            values = {name: getattr(card, name) for name in ("heading", "problem", "result")}
            values |= {"score": card.score, "links": card.links, "picture": None}
            if card.picture is not None:
                path = f"{PICTURES}/{card.student_id}.png"
                (folder / path).write_bytes(card.picture.content)
                size = {"width": card.picture.width, "height": card.picture.height}
                values |= {"picture": path, **size}
            card_values.append(values)
        page = render(
            "gallery.html.jinja",
            title=f"Projects: {course_run}",
            cards=card_values,
            script_source="'none'",
            image_source="'self' file:",
        )
        (folder / PAGE).write_text(page, encoding="utf-8")
        with _set_aside(into, folder.with_name(f"{into.name}.earlier")):
            move_into_place(folder, into)


@contextmanager
def _set_aside(gallery: Path, aside: Path) -> Iterator[None]:
    """Move an earlier gallery out of its folder; it comes back where the block fails."""
    aside.mkdir()
    names = [name for name in (PAGE, PICTURES) if (gallery / name).exists()]
    try:
        for name in names:
            (gallery / name).rename(aside / name)
        yield
    except BaseException:
        for name in names:
            with suppress(OSError):
                (aside / name).rename(gallery / name)
        raise


def _require_own(into: Path) -> None:
    """Raise UsageError where a folder holds anything but an earlier gallery."""
    if not into.exists() and not into.is_symlink():
        return
    if into.is_symlink() or not into.is_dir():
        raise UsageError(f"{into} is no folder.", hint="name another one with --into")
    others = sorted({path.name for path in into.iterdir()} - {PAGE, PICTURES})
    if others:
        raise UsageError(
            f"{into} holds {others[0]}, which is not of a gallery; nothing was written.",
            hint="name a new folder with --into",
        )


def _in_order(cards: Iterable[Card]) -> list[Card]:
    """Return cards with results before those without."""
    return sorted(cards, key=lambda card: (not card.score, card.student_id))


def _with_report(card: Card, report: Report, project: Project, head: str) -> Card:
    picture, complaint = None, ""
    if report.picture is not None:
        try:
            picture = _read_picture(project, head, report.picture)
        except NoPicture as error:
            complaint = f"{report.picture} {error}"
    return replace(
        card,
        problem=_bounded_text(report.problem),
        result=_bounded_text(report.result),
        score=_score_text(report.score) if report.is_evaluated else "",
        picture=picture,
        complaint=complaint,
    )


def _read_picture(project: Project, head: str, path: str) -> Picture:
    """Return the picture that a report names; raises NoPicture."""
    parts = PurePosixPath(path).parts
    if not parts or parts[0] == "/" or ".." in parts or ":" in path or not path.isprintable():
        raise NoPicture("is no path in the repository")
    # Its size is asked for first: what somebody else wrote may be of any.
    size = project.repository.git.call("cat-file", "-s", f"{head}:{path}")
    if size.status != 0:
        raise NoPicture("is not in the repository")
    if int(size.stdout) > MAX_BYTES:
        raise NoPicture(f"is larger than {MAX_BYTES // 1024} KB")
    content = project.repository.blob(head, path)
    if content is None:
        raise NoPicture("is no file")
    return Picture(*plain_png(content))


def _score_text(score: Score | None) -> str:
    """Return the primary metric with its interval."""
    if score is None:
        return ""
    text = f"{score.metric}: {score.value:.3f}"
    if score.low is not None and score.high is not None:
        text += f" [{score.low:.3f}, {score.high:.3f}]"
    return text


def _bounded_text(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _LONGEST else f"{plain[: _LONGEST - 1]}…"
