"""Call Cookiecutter itself: ``python -m mlstarter.render.cookiecutter_process``.

A process of its own keeps apart what a template's code changes. The call is JSON on stdin; the
answer is one line of JSON on stdout: the project's folder, or what went wrong.
"""

from __future__ import annotations

import json
import sys
from collections import OrderedDict
from typing import Any


def main() -> int:
    """Generate one project, hooks included, and return an exit status."""
    call: dict[str, Any] = json.load(sys.stdin, object_pairs_hook=OrderedDict)
    # What hooks print belongs to the user; stdout carries the one line that the caller reads.
    import os

    from cookiecutter.generate import generate_files
    from cookiecutter.hooks import run_pre_prompt_hook

    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    try:
        root = str(run_pre_prompt_hook(call["root"]))
        sys.path.append(root)
        project = generate_files(root, call["context"], call["out"], accept_hooks=True)
    except Exception as error:
        answer.write(json.dumps({"message": f"{error}" or type(error).__name__}))
        return 1
    answer.write(json.dumps({"project": project}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
