"""Computing a plan: the template's commits, both sides made comparable, the merge, the result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from mlstarter.git.blobs import read_blobs
from mlstarter.git.identity import now
from mlstarter.git.merge_base import Pristine, TemplateCommit
from mlstarter.git.objects import DIRECTORY, GITLINK, Leaf, ObjectSet, tree_bytes
from mlstarter.git.partial_clone import fetch_missing
from mlstarter.git.pristine_commit import add_pristine_commits
from mlstarter.git.process import Git
from mlstarter.git.quarantine import Quarantine
from mlstarter.git.repository import Repository
from mlstarter.git.template_commits import add_commit
from mlstarter.tree import Entry, Tree
from mlstarter.update.merge.changes import describe, tree_changes
from mlstarter.update.merge.commit_message import merge_message
from mlstarter.update.merge.normalisation import Sides, make_comparable
from mlstarter.update.merge.plan import Edits, MergeRequest, Plan
from mlstarter.update.merge.three_way import (
    Conflict,
    MergeResult,
    Stage,
    label,
    listing,
    merge_trees,
    parse_listing,
)


def plan(repository: Repository, request: MergeRequest) -> Plan:
    """Compute the update that ``request`` asks for; write nothing into the repository.

    Raises:
        GitFailed: the repository is damaged, or a clean filter that it requires failed.
        ProjectError: it is a partial clone, and its server cannot be asked for the rest.
    """
    base = request.base
    commits = [request.ours, *([base.commit] if isinstance(base, TemplateCommit) else [])]
    fetch_missing(repository, commits)
    quarantine = Quarantine(repository)
    try:
        return _Planner(repository, quarantine, request).plan()
    except BaseException:
        quarantine.close()
        raise


class _Planner:
    """One planning, step by step; each step leaves what the next one needs."""

    def __init__(
        self, repository: Repository, quarantine: Quarantine, request: MergeRequest
    ) -> None:
        self.repository = repository
        self.quarantine = quarantine
        self.request = request
        self.when = request.when or now()
        self.objects = ObjectSet(repository.algorithm)
        # Objects that the repository has, so that nothing is written twice.
        self.old_ids: set[str] = set()

    def plan(self) -> Plan:
        request = self.request
        old_commit, old_tree, old_leaves = self._base()
        new_commit, new_tree, new_leaves = self._theirs(old_commit, old_tree)
        self.quarantine.write(self.objects, skip_ids=self.old_ids)
        ours = listing(self.quarantine, f"{request.ours}:{request.prefix}")
        if request.adopt is not None:
            missing = {path: e for path, e in request.adopt.items() if path not in ours}
            self._edit(ours, missing)
        self._edit(ours, request.edits)
        # Its objects are there already; only the id is wanted.
        ours_tree = ObjectSet(self.repository.algorithm).add_tree(ours)
        if new_commit == old_commit:
            merge = MergeResult(ours_tree, (), (), frozenset())
        else:
            sides = Sides(dict(old_leaves), ours, dict(new_leaves))
            objects = make_comparable(self.quarantine, sides, request.answers_file)
            base_tree = objects.add_tree(sides.base) if sides.base != old_leaves else old_tree
            their_tree = objects.add_tree(sides.theirs) if sides.theirs != new_leaves else new_tree
            self.quarantine.write(objects)
            merge = self._merge(base_tree, ours_tree, their_tree)
            if request.finish is not None and not merge.conflicts:
                merge = replace(merge, tree=self._run_after(merge.tree, request.finish))
        return self._finish(merge, new_commit, old_commit)

    def _base(self) -> tuple[str, str, dict[str, Leaf]]:
        """Return the base's commit, tree and files."""
        base = self.request.base
        if isinstance(base, TemplateCommit):
            fields = self.quarantine.git.fields("ls-tree", "-r", "-t", "-z", base.tree)
            leaves = parse_listing(fields)
            self.old_ids.update(leaf.oid for leaf in leaves.values())
            self.old_ids.add(base.tree)
            files = {path: leaf for path, leaf in leaves.items() if leaf.mode != DIRECTORY}
            return base.commit, base.tree, files
        return self._commit(base, [self.request.last] if self.request.last else [])

    def _theirs(self, old_commit: str, old_tree: str) -> tuple[str, str, dict[str, Leaf]]:
        """Return the new version's commit, tree and files; the base's where nothing changed."""
        if self.request.adopt is not None:
            return old_commit, old_tree, {}
        # Taken back where nothing is new, so that no commit is left that nothing refers to.
        before = dict(self.objects.objects)
        commit, tree, leaves = self._commit(self.request.new, [old_commit])
        if tree == old_tree and self.request.new.origin == self.request.old_origin:
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

    def _run_after(self, tree: str, finish: Callable[[Tree], Edits]) -> str:
        """Return a clean result's tree as ``finish`` makes it."""
        side = listing(self.quarantine, tree)
        return self._edit(side, finish(files_of(self.quarantine.git, side))) or tree

    def _merge(self, base: str, ours: str, theirs: str) -> MergeResult:
        old_label = label("template", self.request.old_origin.version)
        new_label = label("template", self.request.new.origin.version)
        # Two sides of one name would make markers that tell nobody which is which.
        if old_label == new_label:
            old_label = f"{old_label}-before"
        return merge_trees(
            self.quarantine, base, ours, theirs, old_label=old_label, new_label=new_label
        )

    def _finish(self, merge: MergeResult, new_commit: str, old_commit: str) -> Plan:
        request = self.request
        prefix = request.prefix
        tree = self._graft(merge.tree)
        stages = tuple(Stage(_below(prefix, s.path), s.number, s.leaf) for s in merge.stages)
        conflicts = tuple(
            Conflict(_below(prefix, c.path), c.kind, c.reason) for c in merge.conflicts
        )
        both = frozenset(_below(prefix, path) for path in merge.both_changed)
        files, renames = tree_changes(self.quarantine.project_git, request.ours, tree)
        changes = describe(files, renames, both, conflicts)
        message = merge_message(
            request.old_origin,
            request.new_origin,
            changes,
            prefix,
            adopt=request.adopt is not None,
            only_layers=request.only_layers,
        )
        merge_commit: str | None = None
        in_history = isinstance(request.base, TemplateCommit)
        if new_commit == old_commit and (in_history or request.adopt is None):
            merge_commit = request.ours
        elif not conflicts:
            merge_commit = self._commit_merge(tree, new_commit, message)
        return Plan(
            request=request,
            repository=self.repository,
            quarantine=self.quarantine,
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
        # From the project's own folder up: each tree holds the id of the one below it.
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
