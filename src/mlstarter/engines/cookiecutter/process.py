"""Call Cookiecutter itself: ``python -m mlstarter.engines.cookiecutter.process``.

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
    import logging
    import os

    from cookiecutter.generate import generate_files
    from cookiecutter.hooks import run_pre_prompt_hook

    from mlstarter.engines.chance import Chance, drawing
    from mlstarter.errors import ExitStatus
    from mlstarter.interrupts import raise_termination

    chance = Chance(call["seed"])
    _draw_from_seed()
    # Cookiecutter logs the traceback of a hook that fails; the answer says what there is to say.
    logging.getLogger("cookiecutter").addHandler(logging.NullHandler())
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    try:
        root = str(run_pre_prompt_hook(call["root"]))
        sys.path.append(root)
        with drawing(chance), raise_termination():
            project = generate_files(root, call["context"], call["out"], accept_hooks=True)
    except KeyboardInterrupt:
        # Ctrl-C reaches this process too; whoever called it says so.
        return ExitStatus.INTERRUPTED
    except Exception as error:
        answer.write(json.dumps({"message": f"{error}" or type(error).__name__}))
        return 1
    answer.write(json.dumps({"project": project, "drawn": chance.was_used}))
    return 0


def _draw_from_seed() -> None:
    """Let every environment that Cookiecutter makes draw from the ``drawing`` block."""
    from cookiecutter.environment import StrictEnvironment

    from mlstarter.engines.chance import install

    original = StrictEnvironment.__init__

    def init(self: Any, **options: Any) -> None:
        original(self, **options)
        install(self)

    StrictEnvironment.__init__ = init


if __name__ == "__main__":
    sys.exit(main())
