"""What a signal becomes, wherever it comes."""

from __future__ import annotations

from contextlib import AbstractContextManager

import pytest

from mlstarter.interrupts import Termination, orderly, raise_termination


class Attribute:
    """An attribute in whose making a signal comes, as one of a dataclass that is imported."""

    def __init__(self, stop: BaseException) -> None:
        self.stop = stop

    def __set_name__(self, owner: type, name: str) -> None:
        raise self.stop


@pytest.mark.parametrize("context", [orderly, raise_termination])
@pytest.mark.parametrize("stop", [KeyboardInterrupt(), Termination(143)])
def test_a_signal_while_a_class_is_made_is_no_fault(
    context: type[AbstractContextManager[None]], stop: BaseException
) -> None:
    with pytest.raises(type(stop)), context():
        type("Record", (), {"attribute": Attribute(stop)})


def test_a_fault_stays_one() -> None:
    with pytest.raises(RuntimeError), orderly():
        raise RuntimeError from ValueError()
