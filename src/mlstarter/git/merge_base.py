"""Finding the merge base: the template commit that a project's files come from.

A commit counts only if its trailers name the source and version that the project records AND its
tree is the one that the trailers name. An amended first commit, or a squash whose message carries
the trailers, holds somebody's work; taken for the base, that work would be dropped in silence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mlstarter.git.process import Git
from mlstarter.git.repository import Repository
from mlstarter.git.template_commits import TemplateOrigin, Trailers, parse_trailers
from mlstarter.tree import Tree


@dataclass(frozen=True, slots=True)
class TemplateCommit:
    """A pristine commit in a project's history."""

    commit: str
    tree: str
    parents: tuple[str, ...]
    trailers: Trailers


@dataclass(frozen=True, slots=True)
class Layer:
    """Files laid over a render by a school: name, digest ("sha256:...") and the files."""

    name: str
    digest: str
    files: Tree


@dataclass(frozen=True, slots=True)
class Pristine:
    """A render that is not a commit yet, with the layers over it, lowest first.

    ``seed`` is what its chance was drawn from, "" where nothing was drawn.
    """

    origin: TemplateOrigin
    tree: Tree
    layers: tuple[Layer, ...] = ()
    seed: str = ""


def template_commits(git: Git, commit: str) -> Iterator[TemplateCommit]:
    """Yield the pristine commits among ``commit`` and its ancestors, the newest first."""
    entries = git.fields(
        "log",
        "-z",
        "--topo-order",
        "--grep=^Template-Tree: ",
        "--format=tformat:%H%n%T%n%P%n%B",
        commit,
    )
    for entry in entries:
        oid, tree, parents, message = entry.split("\n", 3)
        trailers = parse_trailers(message)
        if trailers is not None and trailers.tree == tree:
            yield TemplateCommit(oid, tree, tuple(parents.split()), trailers)


def find_base(
    repository: Repository,
    ours: str,
    origin: TemplateOrigin,
    *,
    prefix: str = "",
    answers: tuple[str, bytes] | None = None,
    git: Git | None = None,
) -> TemplateCommit | None:
    """Return the template commit that the project in ``ours`` comes from, or None.

    Args:
        repository: where to look.
        ours: the commit whose ancestors are searched.
        origin: the source and version that the project records.
        prefix: the project's folder in the repository. A template commit of another folder counts
            only if it wrote the same answers file: with several projects in one repository
            source and version alone do not tell them apart.
        answers: the answers file's path in the project and its bytes. Among several commits of
            one version (other answers each) the one that wrote these bytes is taken, otherwise
            the newest.
        git: where to run git, if not in the repository itself.
    """
    git = git or repository.git
    fitting = [commit for commit in template_commits(git, ours) if commit.trailers.origin == origin]
    at_home = [commit for commit in fitting if commit.trailers.folder == prefix]
    if answers is not None and (len(at_home) != 1 or len(fitting) != 1):
        path, data = answers
        for commit in (*at_home, *fitting):
            if git.call("cat-file", "blob", f"{commit.tree}:{path}").stdout == data:
                return commit
    return at_home[0] if at_home else None
