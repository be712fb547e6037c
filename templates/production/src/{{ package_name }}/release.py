"""`promote` at this level: a trained model passes the gates before it answers anybody."""

import sys

from . import data, gates, lineage, promote, registry
from .config import load_config
from .errors import ProjectError
from .export import ARTIFACTS, open_model
from .registry import MODEL, Stages


def run(force: bool = False, canary: float = 0.0) -> None:
    """Publish the trained model, or let it answer ``canary`` percent of the requests at first.

    Raises ``ProjectError`` where a gate is closed, which ``force`` overrules, and changes nothing
    then. A canary is not published: README and card go on to describe the model in model/.
    """
    if not 0 <= canary < 100:
        raise ProjectError(f"--canary is {canary:g}.", "Give 0 to below 100 percent.", 2)
    config, (metadata, _) = load_config(), open_model(ARTIFACTS)
    lineage.check(metadata["lineage"], lineage.current(config, data.data_digest(config)))
    if not force:
        promote.check_quality(metadata)
    former = registry.add_published() if can_be_compared() else None
    if canary and former is None:
        message = "There is no model in model/ beside which a canary could stand."
        raise ProjectError(message, "Run: make promote")
    if former is not None:
        results = gates.examine(ARTIFACTS, MODEL)
        for gate in results:
            print(f"{'pass' if gate.passes else 'FAIL'}  {gate.sentence}", file=sys.stderr)
        if not force and not all(gate.passes for gate in results):
            hint = "Train a better one; `promote --force` publishes it all the same."
            raise ProjectError("The trained model did not pass the gates.", hint)
    name = registry.add(ARTIFACTS)
    stages = registry.read_stages()
    if canary:
        registry.write_stages(Stages(canary=name, percent=canary, history=stages.history))
        print(f"Model {name} answers {canary:g} % of the requests.", file=sys.stderr)
        return
    promote.publish(ARTIFACTS, metadata)
    earlier = (former,) if former not in (None, name) else ()
    registry.write_stages(Stages(history=(*stages.history, *filter(None, earlier))))


def can_be_compared() -> bool:
    """Say whether model/ holds a model of this edition."""
    if registry.identity(MODEL) is None:
        return False
    try:
        open_model(MODEL)
    except ProjectError as error:
        print(f"{error} It is not compared with the trained one.", file=sys.stderr)
        return False
    return True
