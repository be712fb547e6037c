"""Commit a pristine render, in the one form that `new`, `update` and cohorts share."""

from __future__ import annotations

from collections.abc import Sequence

from mlstarter.git.clean_filters import clean_for_git
from mlstarter.git.identity import Identity
from mlstarter.git.merge_base import Pristine
from mlstarter.git.objects import Leaf, ObjectSet
from mlstarter.git.process import Git
from mlstarter.git.template_commits import Trailers, add_template_commit


def add_pristine_commits(
    git: Git,
    objects: ObjectSet,
    pristine: Pristine,
    by: Identity,
    when: str,
    *,
    parents: Sequence[str] = (),
    prefix: str = "",
) -> tuple[str, str, dict[str, Leaf]]:
    """Take a render and its layers into ``objects``, a commit each; return the last one.

    Files go through the clean filters that the render's own attributes ask for, as `git add` would
    store them: otherwise a fresh clone counts them as edited. ``git`` is git in a repository that
    takes the filtered objects. ``when`` is git's "seconds zone", ``prefix`` the project's folder in
    its repository. Returns the commit's id, its tree's id and its files by path.

    Raises GitFailed where a filter that the attributes call `required` failed.
    """
    files = pristine.tree
    tree, leaves = objects.add_files(clean_for_git(git, files))
    trailers = Trailers(pristine.origin, tree, prefix, seed=pristine.seed)
    commit = add_template_commit(objects, tree, trailers, parents, by, when)
    for layer in pristine.layers:
        # Each commit is cleaned from the render's bytes: an encoding is no filter to pass twice.
        files = {**files, **layer.files}
        tree, leaves = objects.add_files(clean_for_git(git, files))
        what = f"{layer.name} {layer.digest}"
        trailers = Trailers(pristine.origin, tree, prefix, what, pristine.seed)
        commit = add_template_commit(objects, tree, trailers, (commit,), by, when)
    return commit, tree, leaves
