"""What an update would do, computed in full before anything is touched.

A plan is made from the object database alone: it needs no work tree, writes nothing into the
project, and holds everything that applying it needs. What a preview shows is the plan, and the plan
is what gets applied.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from mlstarter.git.clean_filters import read_blobs
from mlstarter.git.identity import Identity, now
from mlstarter.git.merge_base import Pristine, TemplateCommit
from mlstarter.git.objects import DIRECTORY, GITLINK, Leaf, ObjectSet, tree_bytes
from mlstarter.git.partial_clone import fetch_missing
from mlstarter.git.pristine_commit import add_pristine_commits
from mlstarter.git.process import Git
from mlstarter.git.quarantine import Quarantine
from mlstarter.git.repository import Repository
from mlstarter.git.template_commits import TemplateOrigin, add_commit
from mlstarter.tree import Entry, Tree
from mlstarter.update.merge.changes import Change, FileChange, describe, tree_changes
from mlstarter.update.merge.commit_message import merge_message
from mlstarter.update.merge.normalisation import Sides, make_comparable
from mlstarter.update.merge.three_way import (
    Conflict,
    Merged,
    Stage,
    label,
    listing,
    merge_trees,
    parse_listing,
)

Edits = Mapping[str, Entry | None]
"""Files by path in the project as they become; None for one that goes."""


@dataclass(frozen=True)
class Request:
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
        finish: given the files of a clean result, returns what migrations change in them.
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
    edits: Edits = field(default_factory=dict)
    finish: Callable[[Tree], Edits] | None = None


@dataclass(frozen=True)
class Plan:
    """The result of an update, not applied yet.

    Attributes:
        head: the commit that the result continues.
        prefix: the project's folder in the repository ("" for the root).
        template_commit: the id of the new template commit.
        tree: the whole repository's tree afterwards; with conflict markers where there are any.
        merge_commit: the id of the merge commit; None with conflicts.
        changes: what happens to each file, in words, sorted by path.
        files: the same for applying: every path that differs between ``head`` and ``tree``.
        stages, conflicts: what is open; empty when the merge is clean.
        message: the merge commit's message.
    """

    repository: Repository
    quarantine: Quarantine = field(repr=False)
    head: str
    prefix: str
    old: TemplateOrigin
    new: TemplateOrigin
    base_rendered: bool
    template_commit: str
    tree: str
    merge_commit: str | None
    changes: tuple[Change, ...]
    files: tuple[FileChange, ...]
    stages: tuple[Stage, ...]
    conflicts: tuple[Conflict, ...]
    message: str

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


def plan(repository: Repository, request: Request) -> Plan:
    """Compute the update that ``request`` asks for; write nothing into the repository.

    Raises:
        GitFailed: the repository is damaged, or a clean filter that it requires failed.
        ProjectError: it is a partial clone, and its server cannot be asked for the rest.
    """
    base = request.base
    needed = [request.ours, *([base.commit] if isinstance(base, TemplateCommit) else [])]
    fetch_missing(repository, needed)
    quarantine = Quarantine(repository)
    try:
        return _Planner(repository, quarantine, request).plan()
    except BaseException:
        quarantine.close()
        raise


class _Planner:
    """One planning, step by step; each step leaves what the next one needs."""

    def __init__(self, repository: Repository, quarantine: Quarantine, request: Request) -> None:
        self.repository = repository
        self.quarantine = quarantine
        self.request = request
        self.when = request.when or now()
        self.objects = ObjectSet(repository.algorithm)
        self.known: set[str] = set()

    def plan(self) -> Plan:
        request = self.request
        old_commit, old_tree, old_leaves, old_origin = self._base()
        new_commit, new_tree, new_leaves = self._theirs(old_commit, old_tree)
        self.quarantine.write(self.objects, skip_ids=self.known)
        ours = listing(self.quarantine, f"{request.ours}:{request.prefix}")
        if request.adopt is not None:
            missing = {path: e for path, e in request.adopt.items() if path not in ours}
            self._edit(ours, missing)
        self._edit(ours, request.edits)
        # Its objects are there already; only the id is wanted.
        ours_tree = ObjectSet(self.repository.algorithm).add_tree(ours)
        if new_commit == old_commit:
            merged = Merged(ours_tree, (), (), frozenset())
        else:
            sides = Sides(dict(old_leaves), ours, dict(new_leaves))
            made = make_comparable(self.quarantine, sides, request.answers_file)
            base_tree = made.add_tree(sides.base) if sides.base != old_leaves else old_tree
            their_tree = made.add_tree(sides.theirs) if sides.theirs != new_leaves else new_tree
            self.quarantine.write(made)
            merged = self._merge(base_tree, ours_tree, their_tree, old_origin)
            if request.finish is not None and not merged.conflicts:
                merged = replace(merged, tree=self._finished(merged.tree, request.finish))
        return self._finish(merged, new_commit, old_commit, old_origin)

    def _base(self) -> tuple[str, str, dict[str, Leaf], TemplateOrigin]:
        """Return the base's commit, tree, files and origin."""
        base = self.request.base
        if isinstance(base, TemplateCommit):
            fields = self.quarantine.git.fields("ls-tree", "-r", "-t", "-z", base.tree)
            leaves = parse_listing(fields)
            self.known.update(leaf.oid for leaf in leaves.values())
            self.known.add(base.tree)
            files = {path: leaf for path, leaf in leaves.items() if leaf.mode != DIRECTORY}
            return base.commit, base.tree, files, base.trailers.origin
        parents = [self.request.last] if self.request.last else []
        commit, tree, leaves = self._commit(base, parents)
        return commit, tree, leaves, base.origin

    def _theirs(self, old_commit: str, old_tree: str) -> tuple[str, str, dict[str, Leaf]]:
        """Return the new version's commit, tree and files; the base's where nothing changed."""
        if self.request.adopt is not None:
            return old_commit, old_tree, {}
        before = dict(self.objects.objects)
        commit, tree, leaves = self._commit(self.request.new, [old_commit])
        base = self.request.base
        base_origin = base.trailers.origin if isinstance(base, TemplateCommit) else base.origin
        if tree == old_tree and self.request.new.origin == base_origin:
            self.objects.objects = before
            return old_commit, old_tree, leaves
        return commit, tree, leaves

    def _commit(
        self, pristine: Pristine, parents: Sequence[str]
    ) -> tuple[str, str, dict[str, Leaf]]:
        """Take a render and its layers into the objects, a commit each; return the last."""
        return add_pristine_commits(
            self.quarantine.project_git,
            self.objects,
            pristine,
            self.request.by,
            self.when,
            parents=parents,
            prefix=self.request.prefix,
        )

    def _edit(self, side: dict[str, Leaf], edits: Edits) -> str | None:
        """Change the files of a side; return its tree then, None where there is nothing to do."""
        if not edits:
            return None
        objects = ObjectSet(self.repository.algorithm)
        for path, entry in edits.items():
            if entry is None:
                del side[path]
            else:
                side[path] = Leaf(entry.mode, objects.add("blob", entry.data))
        tree = objects.add_tree(side)
        self.quarantine.write(objects)
        return tree

    def _finished(self, tree: str, finish: Callable[[Tree], Edits]) -> str:
        """Return a clean result's tree as ``finish`` makes it."""
        side = listing(self.quarantine, tree)
        return self._edit(side, finish(files_of(self.quarantine.git, side))) or tree

    def _merge(self, base: str, ours: str, theirs: str, old: TemplateOrigin) -> Merged:
        old_label = label("template", old.version)
        new_label = label("template", self.request.new.origin.version)
        if old_label == new_label:
            old_label = f"{old_label}-before"
        return merge_trees(
            self.quarantine, base, ours, theirs, old_label=old_label, new_label=new_label
        )

    def _finish(
        self, merged: Merged, new_commit: str, old_commit: str, old_origin: TemplateOrigin
    ) -> Plan:
        request = self.request
        prefix = request.prefix
        tree = self._graft(merged.tree)
        stages = tuple(Stage(_below(prefix, s.path), s.number, s.leaf) for s in merged.stages)
        conflicts = tuple(
            Conflict(_below(prefix, c.path), c.kind, c.reason) for c in merged.conflicts
        )
        both = frozenset(_below(prefix, path) for path in merged.both_changed)
        files, renames = tree_changes(self.quarantine.project_git, request.ours, tree)
        changes = describe(files, renames, both, conflicts)
        new_origin = old_origin if request.adopt is not None else request.new.origin
        message = merge_message(
            old_origin, new_origin, changes, prefix, adopt=request.adopt is not None
        )
        merge_commit: str | None = None
        known_base = isinstance(request.base, TemplateCommit)
        if new_commit == old_commit and (known_base or request.adopt is None):
            merge_commit = request.ours
        elif not conflicts:
            merge_commit = self._commit_merge(tree, new_commit, message)
        return Plan(
            repository=self.repository,
            quarantine=self.quarantine,
            head=request.ours,
            prefix=prefix,
            old=old_origin,
            new=new_origin,
            base_rendered=not known_base,
            template_commit=new_commit,
            tree=tree,
            merge_commit=merge_commit,
            changes=changes,
            files=files,
            stages=stages,
            conflicts=conflicts,
            message=message,
        )

    def _commit_merge(self, tree: str, template_commit: str, message: str) -> str:
        objects = ObjectSet(self.repository.algorithm)
        by = self.request.by
        parents = (self.request.ours, template_commit)
        commit = add_commit(objects, tree, parents, by, by, message, self.when)
        self.quarantine.write(objects)
        return commit

    def _graft(self, subtree: str) -> str:
        """Return the repository's whole tree with ``subtree`` in the project's place."""
        if not self.request.prefix:
            return subtree
        objects = ObjectSet(self.repository.algorithm)
        parts = self.request.prefix.split("/")
        for depth in range(len(parts) - 1, -1, -1):
            above = "/".join(parts[:depth])
            fields = self.quarantine.git.fields("ls-tree", "-z", f"{self.request.ours}:{above}")
            entries = parse_listing(fields)
            entries[parts[depth]] = Leaf(DIRECTORY, subtree)
            subtree = objects.add("tree", tree_bytes(entries))
        self.quarantine.write(objects)
        return subtree


def files_of(git: Git, side: Mapping[str, Leaf]) -> dict[str, Entry]:
    """Return the files of a listing as git stores them; submodules are left out."""
    here = {path: leaf for path, leaf in side.items() if leaf.mode != GITLINK}
    blobs = read_blobs(git, [leaf.oid for leaf in here.values()])
    return {
        path: Entry(leaf.mode, data) for (path, leaf), data in zip(here.items(), blobs, strict=True)
    }


def _below(prefix: str, path: str) -> str:
    return f"{prefix}/{path}" if prefix else path
