"""What the tests of the production level need to know of this type's small model."""

LABEL: str | float = "a"  # what feedback may say was true of served.VALID
WRONG: str | float = 1.0  # and what it may not
SCALE = 200_000.0  # make_model's usual factor is 0.001 of it
