"""What an update would do, computed in full before anything is touched.

A plan is made from the object database alone: it needs no work tree, writes nothing into the
project, and holds everything that applying it needs. What a preview shows is the plan, and the plan
is what gets applied.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mlstarter.git.identity import Identity
from mlstarter.git.merge_base import Pristine, TemplateCommit
from mlstarter.git.quarantine import Quarantine
from mlstarter.git.repository import Repository
from mlstarter.git.template_commits import TemplateOrigin
from mlstarter.tree import Entry, Tree
from mlstarter.update.merge.changes import Change, FileChange
from mlstarter.update.merge.three_way import (
    Conflict,
    Stage,
)

Edits = Mapping[str, Entry | None]
"""Files by path in the project as they become; None for one that goes."""


@dataclass(frozen=True)
class MergeRequest:
    """What to merge into which commit.

    Attributes:
        ours: the id of the commit that takes the update in.
        base: the template commit that the project comes from, or the old version rendered again
            where history has none.
        new: the new render.
        answers_file: the path of the answers file in the project.
        prefix: the project's folder in the repository ("" for the root), with forward slashes.
        by: who commits.
        when: git's "seconds zone"; None for this moment.
        adopt: take the base into the history and keep every file of ours as it is; the files
            given here (the record) are added where ours lacks them. None: an ordinary update.
        last: an earlier template commit that a re-rendered base continues, if there is one.
        edits: what the template's migrations change in our side before the merge.
        only_layers: the render is the same, and the layers over it have changed.
        finish: returns what migrations change in the files of a clean result.
    """

    ours: str
    base: TemplateCommit | Pristine
    new: Pristine
    answers_file: str
    by: Identity
    prefix: str = ""
    when: str | None = None
    adopt: Tree | None = None
    last: str | None = None
    only_layers: bool = False
    edits: Edits = field(default_factory=dict)
    finish: Callable[[Tree], Edits] | None = None

    @property
    def old_origin(self) -> TemplateOrigin:
        """The source and version that the project comes from."""
        base = self.base
        return base.trailers.origin if isinstance(base, TemplateCommit) else base.origin

    @property
    def new_origin(self) -> TemplateOrigin:
        """The source and version that the project has afterwards."""
        return self.old_origin if self.adopt is not None else self.new.origin


@dataclass(frozen=True)
class Plan:
    """The result of an update, not applied yet.

    Attributes:
        request: what it is the result of.
        template_commit: the id of the new template commit.
        tree: the whole repository's tree afterwards; with conflict markers where there are any.
        merge_commit: the id of the merge commit; None with conflicts.
        changes: what happens to each file, in words, sorted by path.
        files: the same for applying: every path that differs between ``head`` and ``tree``.
        stages, conflicts: what is open; empty when the merge is clean.
        message: the merge commit's message.
    """

    request: MergeRequest = field(repr=False)
    repository: Repository
    quarantine: Quarantine = field(repr=False)
    template_commit: str
    tree: str
    merge_commit: str | None
    changes: tuple[Change, ...]
    files: tuple[FileChange, ...]
    stages: tuple[Stage, ...]
    conflicts: tuple[Conflict, ...]
    message: str

    @property
    def head(self) -> str:
        """The commit that the result continues."""
        return self.request.ours

    @property
    def prefix(self) -> str:
        """The project's folder in the repository ("" for the root)."""
        return self.request.prefix

    @property
    def old(self) -> TemplateOrigin:
        """The source and version that the project comes from."""
        return self.request.old_origin

    @property
    def new(self) -> TemplateOrigin:
        """The source and version that it has afterwards."""
        return self.request.new_origin

    @property
    def base_rendered(self) -> bool:
        """Whether the base was rendered again, since history has none."""
        return not isinstance(self.request.base, TemplateCommit)

    @property
    def reflog(self) -> str:
        """What git's reflog says of the branch that takes the result."""
        return f"mlstarter update: {self.message.splitlines()[0]}"

    @property
    def up_to_date(self) -> bool:
        """Whether there is nothing to do."""
        return self.merge_commit == self.head

    def patch(self) -> str:
        """Return the patch from ``head`` to the result, as `git diff` writes it."""
        git = self.quarantine.project_git
        options = ("-p", "--binary", "--no-ext-diff", "--no-textconv", "-M", "-r")
        out = git.run("diff-tree", *options, self.head, self.tree)
        return out.decode("utf-8", "replace")

    def close(self) -> None:
        """Throw away what was computed."""
        self.quarantine.close()
