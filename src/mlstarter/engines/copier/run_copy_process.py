"""Call Copier itself, as ``python -m`` of this module, with its call as JSON on stdin.

A process of its own keeps apart what a template's code changes (folder, environment, imported
extensions), and lets Copier read git settings that hold for this call alone: it copies the
environment when it is imported.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from contextlib import nullcontext
from typing import Any

FAILURE = 65  # sysexits.h EX_DATAERR: the template, not the machine, is at fault


def main() -> int:
    """Run one ``copier copy`` and return an exit status; the reason of a failure is on stdout."""
    call: dict[str, Any] = json.load(sys.stdin)
    warnings.simplefilter("ignore")
    import yaml
    from copier import run_copy

    from mlstarter.bounds import bounded_evaluation
    from mlstarter.engines.chance import Chance, drawing
    from mlstarter.engines.copier.run_copy_patches import patch
    from mlstarter.errors import ExitStatus
    from mlstarter.interrupts import raise_termination
    from mlstarter.watchdog import arm

    arm()
    patch(guard=call["guard"])
    chance = Chance(call["seed"])
    bound = bounded_evaluation("The render") if call["guard"] else nullcontext()
    # What tasks print belongs to the user; stdout carries the one line that the caller reads. A
    # task is a process of its own, so it is the file descriptor that is turned away.
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    try:
        with bound, drawing(chance), raise_termination():
            run_copy(
                call["source"],
                call["destination"],
                data=yaml.safe_load(call["answers"]),
                vcs_ref=call["version"],
                defaults=True,
                overwrite=True,
                quiet=True,
                unsafe=call["trust"],
            )
    except KeyboardInterrupt:
        # Ctrl-C reaches this process too; whoever called it says so.
        return ExitStatus.INTERRUPTED
    except Exception as error:
        hint = getattr(error, "hint", None)
        reply = {"error": type(error).__name__, "message": str(error), "hint": hint}
        answer.write(json.dumps(reply))
        return FAILURE
    answer.write(json.dumps({"drawn": chance.was_used}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
