"""Template commits: the pristine render as a commit that says what it is.

A template commit holds one render and nothing else. Its trailers name the template's source and
version and the id of its own tree, so that a commit which was amended, squashed or rebased, and
therefore holds somebody's work, can be told from one that is still pristine.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mlstarter.git.identity import TEMPLATE_AUTHOR, Identity
from mlstarter.git.objects import ObjectSet

_TRAILER = re.compile(r"^(Template-[A-Z][a-z]+): (.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class TemplateOrigin:
    """Where a render comes from: the recorded source and its version (None: unversioned)."""

    source: str
    version: str | None

    def __str__(self) -> str:
        return f"{self.source} {self.version}" if self.version else self.source


@dataclass(frozen=True, slots=True)
class Trailers:
    """What a template commit says of itself.

    ``folder`` is the project's place in its repository ("" for the root), ``layer`` the name and
    digest of the layer whose files this commit adds, if it adds one. ``seed`` is what the render's
    chance was drawn from ("" where nothing was): a later render draws the same from it.
    """

    origin: TemplateOrigin
    tree: str
    folder: str = ""
    layer: str | None = None
    seed: str = ""

    def lines(self) -> str:
        """Return the trailers as the last paragraph of a commit's message."""
        pairs = [
            ("Template-Source", self.origin.source),
            ("Template-Version", self.origin.version or ""),
            ("Template-Folder", self.folder),
            ("Template-Layer", self.layer or ""),
            ("Template-Seed", self.seed),
            ("Template-Tree", self.tree),
        ]
        return "".join(f"{key}: {_one_line(value)}\n" for key, value in pairs if value)


def parse_trailers(message: str) -> Trailers | None:
    """Return the trailers in a commit's message, or None where it has no complete set."""
    fields = dict(_TRAILER.findall(message))
    if "Template-Tree" not in fields or "Template-Source" not in fields:
        return None
    return Trailers(
        TemplateOrigin(fields["Template-Source"], fields.get("Template-Version") or None),
        fields["Template-Tree"].strip(),
        fields.get("Template-Folder", ""),
        fields.get("Template-Layer"),
        fields.get("Template-Seed", ""),
    )


def add_template_commit(
    objects: ObjectSet,
    tree: str,
    trailers: Trailers,
    parents: Sequence[str],
    by: Identity,
    when: str,
) -> str:
    """Take a template commit of ``tree`` into ``objects`` and return its id."""
    what = f"the layer {trailers.layer.rpartition(' ')[0]}" if trailers.layer else "the template"
    version = f" {trailers.origin.version}" if trailers.origin.version else ""
    subject = f"Render {what}{version}" if not trailers.layer else f"Lay {what} over the render"
    text = (
        f"{subject}\n\n"
        "Only what the template wrote: compare with this commit to see your own work.\n\n"
        f"{trailers.lines()}"
    )
    return add_commit(objects, tree, parents, TEMPLATE_AUTHOR, by, text, when)


def add_commit(
    objects: ObjectSet,
    tree: str,
    parents: Sequence[str],
    author: Identity,
    by: Identity,
    message: str,
    when: str,
) -> str:
    """Take a commit into ``objects`` and return its id; ``message`` ends in a newline."""
    head = [f"tree {tree}", *(f"parent {parent}" for parent in parents)]
    head += [f"author {author.line(when)}", f"committer {by.line(when)}"]
    text = "\n".join(head) + "\n\n" + message
    return objects.add("commit", text.encode("utf-8", "surrogateescape"))


def _one_line(value: str) -> str:
    return " ".join(value.split())
