"""`rollback`: the canary is withdrawn, or else the model that was served before is published."""

import sys

from . import promote, registry
from .errors import ProjectError
from .export import open_model
from .registry import MODELS, Stages


def run() -> None:
    """Go one step back; README, card and reports go with the model."""
    stages = registry.read_stages()
    if stages.canary:
        registry.write_stages(Stages(history=stages.history))
        print(f"The canary {stages.canary} is withdrawn.", file=sys.stderr)
        return
    if not stages.history:
        raise ProjectError("No other model was served before.", "See models/stages.json.")
    *history, former = stages.history
    if not (MODELS / former).is_dir():
        message = f"models/{former}/ is not here: another clone served it."
        hint = "Run `git revert` on the commit that brought the present model."
        raise ProjectError(message, hint)
    registry.add_published()
    promote.publish(MODELS / former, open_model(MODELS / former)[0])
    registry.write_stages(Stages(history=tuple(history)))
