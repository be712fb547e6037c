"""Where an update is computed: a private object folder beside the project's own.

Nothing is written into the project until a result is applied, so a preview leaves no trace and
works on a disk that cannot be written. It is also where git merges under settings that are the
same for everyone: no user's, no system's, no work tree's.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType

from mlstarter.files import TemporaryFolder
from mlstarter.git.blobs import read_blobs
from mlstarter.git.objects import ObjectSet
from mlstarter.git.process import Git
from mlstarter.git.repository import Repository

_CONFIG = """\
[core]
	repositoryformatversion = {version}
	bare = true
	hooksPath = {null}
	attributesFile = {null}
{extension}[merge]
	conflictStyle = diff3
	renames = true
	renameLimit = 7000
	directoryRenames = false
	renormalize = false
[diff]
	renames = true
	renameLimit = 7000
"""


class Quarantine:
    """A private repository whose objects are the project's plus those made here."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self._temporary = TemporaryFolder(prefix="mlstarter-merge-")
        self.folder = Path(self._temporary.name)
        self.objects = self.folder / "objects"
        (self.objects / "info").mkdir(parents=True)
        (self.folder / "refs" / "heads").mkdir(parents=True)
        (self.folder / "info").mkdir()
        (self.objects / "info" / "alternates").write_bytes(os.fsencode(repository.objects) + b"\n")
        (self.folder / "HEAD").write_text("ref: refs/heads/none\n", encoding="ascii")
        sha256 = repository.algorithm == "sha256"
        (self.folder / "config").write_text(
            _CONFIG.format(
                version=int(sha256),
                null=os.devnull,
                extension="[extensions]\n\tobjectformat = sha256\n" if sha256 else "",
            ),
            encoding="utf-8",
        )
        self._passing: set[str] = set()
        self._blobs: dict[str, bytes] = {}

    def __enter__(self) -> Quarantine:
        """Return itself; its files go when the block ends."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Remove the private files."""
        self._temporary.cleanup()

    @property
    def git(self) -> Git:
        """git in here: private settings, all objects."""
        return Git(
            self.folder,
            {
                "GIT_DIR": str(self.folder),
                "GIT_OBJECT_DIRECTORY": str(self.objects),
                "GIT_CONFIG_GLOBAL": os.devnull,
                "GIT_CONFIG_NOSYSTEM": "1",
                "GIT_CONFIG_COUNT": "0",
            },
            limit=self.repository.git.limit,
        )

    @property
    def project_git(self) -> Git:
        """git in the project with the objects from here visible; new ones are written here."""
        return self.repository.git.at(GIT_OBJECT_DIRECTORY=str(self.objects))

    def write(
        self, objects: ObjectSet, *, skip_ids: Iterable[str] = (), passing: bool = False
    ) -> None:
        """Write objects here; ``passing`` ones (scaffolding of a merge) never reach the project."""
        objects.write(self.objects, skip_ids=skip_ids)
        self._blobs.update(
            (o, data) for o, (kind, data) in objects.objects.items() if kind == "blob"
        )
        if passing:
            self._passing.update(objects.objects)

    def blobs(self, oids: Iterable[str]) -> dict[str, bytes]:
        """Return the bytes of blobs by id; git is asked only for those not made here."""
        missing_ids = set(oids)
        missing = sorted(missing_ids - self._blobs.keys())
        self._blobs.update(zip(missing, read_blobs(self.git, missing), strict=True))
        return {oid: self._blobs[oid] for oid in missing_ids}

    def set_branches(self, branches: Mapping[str, str]) -> None:
        """Set branches here; a merge names its sides after them."""
        for name, commit in branches.items():
            (self.folder / "refs" / "heads" / name).write_text(f"{commit}\n", encoding="ascii")

    def set_attributes(self, text: bytes) -> None:
        """Set what counts as the merge's ``.gitattributes``."""
        (self.folder / "info" / "attributes").write_bytes(text)

    def keep(self) -> None:
        """Copy the objects into the project, where git's garbage collection looks after them.

        An object appears under its name only when it is whole, and a pack before its index.
        """
        files = [path for path in self.objects.rglob("*") if path.is_file()]
        files = [path for path in files if path.parent.name != "info"]
        for path in sorted(files, key=lambda p: (p.suffix == ".idx", str(p))):
            relative = path.relative_to(self.objects)
            if "".join(relative.parts) in self._passing or path.name.startswith("tmp_"):
                continue
            target = self.repository.objects / relative
            if not target.exists():
                _copy_whole(path, target)


def _copy_whole(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix="tmp_obj_", dir=target.parent)
    os.close(handle)
    try:
        shutil.copyfile(path, temporary)
        Path(temporary).chmod(0o444)
        Path(temporary).replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
