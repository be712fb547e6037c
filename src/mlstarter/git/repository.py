"""A git repository as the update needs it: where its parts lie and what state it is in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mlstarter.errors import ProjectError
from mlstarter.git.blobs import find_blobs
from mlstarter.git.process import Git, GitFailed

# What git leaves in its folder while an operation waits to be finished, and how to leave it.
_IN_PROGRESS = (
    ("MERGE_HEAD", "A merge", "git merge --continue", "git merge --abort"),
    ("rebase-merge", "A rebase", "git rebase --continue", "git rebase --abort"),
    ("rebase-apply", "A rebase", "git rebase --continue", "git rebase --abort"),
    ("CHERRY_PICK_HEAD", "A cherry-pick", "git cherry-pick --continue", "git cherry-pick --abort"),
    ("REVERT_HEAD", "A revert", "git revert --continue", "git revert --abort"),
    ("BISECT_LOG", "A bisection", "git bisect good|bad", "git bisect reset"),
)
# HEAD as git writes it; a table of refs stands behind the name `.invalid`.
_BRANCH = re.compile(rb"ref: (refs/heads/[^.\s]\S*)\n")


@dataclass(frozen=True, slots=True)
class Repository:
    """Where a repository lies.

    ``top`` is the root of the work tree (None: bare). ``folder`` holds what belongs to this work
    tree alone (HEAD, index); ``common`` what all linked work trees share (objects, branches).
    ``algorithm`` is the object format, "sha1" or "sha256".
    """

    git: Git
    top: Path | None
    folder: Path
    common: Path
    algorithm: str

    @classmethod
    def find(cls, path: Path) -> Repository | None:
        """Return the repository that ``path`` is in, or None."""
        answer = Git(path).call(
            "rev-parse",
            "--path-format=absolute",
            "--show-object-format",
            "--is-bare-repository",
            "--git-dir",
            "--git-common-dir",
            # Last: a bare repository has none, and git then ends with an error.
            "--show-toplevel",
        )
        lines = answer.stdout.decode("utf-8", "surrogateescape").split("\n")
        if lines[1:2] == ["true"]:
            algorithm, _, folder, common = lines[:4]
            store = Path(folder)
            return cls(Git(store, {"GIT_DIR": folder}), None, store, Path(common), algorithm)
        if answer.status != 0:
            if "not a git repository" in answer.stderr:
                return None
            raise GitFailed(("rev-parse",), path, answer.status, answer.stderr)
        algorithm, _, folder, common, top = lines[:5]
        # Said outright, so that git need not search for it each time.
        git = Git(Path(top), {"GIT_DIR": folder, "GIT_WORK_TREE": top})
        return cls(git, Path(top), Path(folder), Path(common), algorithm)

    @classmethod
    def bare(cls, store: Path, algorithm: str = "sha1") -> Repository:
        """Return the bare repository in ``store`` without asking git."""
        return cls(Git(store, {"GIT_DIR": str(store)}), None, store, store, algorithm)

    @property
    def work_tree(self) -> Path:
        """The root of the work tree; raises ProjectError for a bare repository."""
        if self.top is None:
            raise ProjectError(
                f"{self.folder} is a bare repository, which has no files to update.",
                hint="put the result on a branch with --branch NAME",
            )
        return self.top

    @property
    def objects(self) -> Path:
        """The folder of the object database."""
        return self.common / "objects"

    def commit(self, revision: str) -> str:
        """Return the id of the commit that ``revision`` names.

        Raises:
            ProjectError: there is none, as before the first commit.
        """
        result = self.git.call("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
        if result.status == 0:
            return result.stdout.decode().strip()
        if revision == "HEAD":
            raise ProjectError(
                f"The repository in {self.top or self.folder} has no commit yet.",
                hint='git add -A && git commit -m "Start"',
            )
        raise ProjectError(f"There is no commit called {revision}.", hint="`git log --oneline`")

    def branch(self) -> str | None:
        """Return the full name of the current branch, or None where HEAD is detached."""
        head = self.folder / "HEAD"
        if not head.is_symlink() and (match := _BRANCH.fullmatch(head.read_bytes())):
            return match[1].decode("utf-8", "surrogateescape")
        # Detached, or kept in another way: a link, a table of refs.
        result = self.git.call("symbolic-ref", "--quiet", "HEAD")
        return result.stdout.decode("utf-8", "surrogateescape").strip() or None

    def blob(self, revision: str, path: str) -> bytes | None:
        """Return the bytes of a file in a commit or tree, or None where it is not there."""
        result = self.git.call("cat-file", "blob", f"{revision}:{path}")
        return result.stdout if result.status == 0 else None

    def blobs(self, revision: str, paths: Sequence[str]) -> dict[str, bytes | None]:
        """Return the bytes of files in a commit, None for what is no file there.

        One process reads them all, where `blob` starts one for each.
        """
        names = [f"{revision}:{path}" for path in paths]
        return dict(zip(paths, find_blobs(self.git, names), strict=True))

    def require_idle(self) -> None:
        """Raise ProjectError while another git operation waits to be finished."""
        for name, what, go_on, give_up in _IN_PROGRESS:
            if (self.folder / name).exists():
                raise ProjectError(
                    f"{what} is in progress in {self.top or self.folder}.",
                    hint=f"finish it with `{go_on}` or leave it with `{give_up}`",
                )

    def require_clean(self, prefix: str) -> None:
        """Raise ProjectError for changes that no commit holds yet.

        Anything staged counts, wherever it is; changes on disk count below ``prefix``, the
        project's folder. Untracked and ignored files do not count.
        """
        options = ("--porcelain=v2", "-z", "--untracked-files=no", "--ignore-submodules=dirty")
        paths = []
        for line in self._status("status", *options):
            code, path = line
            is_staged = code[0] != "."
            if is_staged or not prefix or path.startswith(prefix + "/"):
                paths.append(path)
        if paths:
            more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
            raise ProjectError(
                f"There are changes that are not committed: {paths[0]}{more}.",
                hint='keep them with `git commit -am "..."` or set them aside with `git stash`',
            )

    def _status(self, *args: str) -> list[tuple[str, str]]:
        """Return (XY code, path) of each tracked file that differs from HEAD."""
        entries: list[tuple[str, str]] = []
        fields = iter(self.git.in_work_tree().fields(*args))
        for field in fields:
            kind, _, rest = field.partition(" ")
            if kind == "1":
                entries.append((rest[:2], rest.split(" ", 7)[7]))
            elif kind == "2":
                entries.append((rest[:2], rest.split(" ", 8)[8]))
                next(fields)  # the name before the rename
            elif kind == "u":
                entries.append((rest[:2], rest.split(" ", 9)[9]))
        return entries
