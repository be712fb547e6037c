"""What makes a folder a repository: https://git-scm.com/docs/gitrepository-layout."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

from mlstarter.tree import case_folded


def repository_among(paths: Iterable[str]) -> str | None:
    """Return a folder that git takes for a bare repository, "" for the top, None for none.

    Whoever enters it obeys its settings, which name programs (``core.fsmonitor``) that a shell's
    prompt is enough to start. HEAD, objects and refs make one, or ``commondir``, which says where
    the others are. The folder is written as systems read it that do not tell case.

    Args:
        paths: files below one folder, with forward slashes.
    """
    files = sorted(map(case_folded, paths))  # so that a name is sought in few steps

    def exists(path: str) -> bool:
        file, inner = (bisect_left(files, start) for start in (path, f"{path}/"))
        return files[file : file + 1] == [path] or any(
            name.startswith(f"{path}/") for name in files[inner : inner + 1]
        )

    for head in files:
        folder, slash, name = head.rpartition("/")
        top = folder + slash
        if name == "head" and (
            exists(f"{top}commondir") or (exists(f"{top}objects") and exists(f"{top}refs"))
        ):
            return folder
    return None
