"""``template new``: a small Copier template with tests, to begin from."""

from __future__ import annotations

from pathlib import Path

from mlstarter.files import built_aside, move_into_place, read_tree, write_tree
from mlstarter.new.create import check_destination

# The files end in .tmpl inside this package, so that nothing takes them for its own code.
FILES = Path(__file__).with_name("skeleton")
SUFFIX = ".tmpl"


def write_skeleton(dest: Path) -> list[str]:
    """Write the skeleton into ``dest``, absent or an empty folder; return its paths.

    Raises:
        UsageError: ``dest`` holds something.
        EnvironmentProblem: it cannot be written.
    """
    dest = dest.absolute()
    check_destination(dest)
    tree = {name.removesuffix(SUFFIX): entry for name, entry in read_tree(FILES).items()}
    with built_aside(dest if dest.is_dir() else dest.parent, dest.name) as folder:
        write_tree(tree, folder)
        move_into_place(folder, dest)
    return sorted(tree)
