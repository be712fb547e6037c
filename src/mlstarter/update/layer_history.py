"""Layers of one's own (a school's files over any template) as a project's history holds them."""

from __future__ import annotations

from mlstarter.errors import ProjectError
from mlstarter.git.blobs import read_blobs
from mlstarter.git.merge_base import Layer, TemplateCommit, template_commits
from mlstarter.git.repository import Repository
from mlstarter.tree import Entry
from mlstarter.update.merge.changes import tree_changes


def layers_of(repository: Repository, base: TemplateCommit) -> tuple[Layer, ...]:
    """Return the layers that lie over the render in ``base``, lowest first.

    Each is what its commit added or replaced, so that an update needs nobody's folder.

    Raises:
        ProjectError: a shallow clone ends between a layer and its render.
    """
    if base.trailers.layer is None:
        return ()
    by_id = {entry.commit: entry for entry in template_commits(repository.git, base.commit)}
    layers: list[Layer] = []
    top: TemplateCommit | None = base
    while top is not None and top.trailers.layer is not None:
        below = by_id.get(top.parents[0]) if top.parents else None
        if below is None:
            raise ProjectError(
                f"The render below the layer {top.trailers.layer.rpartition(' ')[0]} is not in "
                "this history, which is cut off.",
                hint="git fetch --unshallow",
            )
        layers.append(_layer(repository, below, top))
        top = below
    return tuple(reversed(layers))


def _layer(repository: Repository, below: TemplateCommit, top: TemplateCommit) -> Layer:
    name, _, digest = (top.trailers.layer or "").rpartition(" ")
    files, _ = tree_changes(repository.git, below.tree, top.tree)
    leaves = [(change.path, change.new) for change in files if change.new is not None]
    blobs = read_blobs(repository.git, [leaf.oid for _, leaf in leaves])
    entries = {
        path: Entry(leaf.mode, data) for (path, leaf), data in zip(leaves, blobs, strict=True)
    }
    return Layer(name, digest, entries)
