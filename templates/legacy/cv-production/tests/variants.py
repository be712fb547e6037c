"""What the tests of the production level need to know of this type's small model."""

LABEL: str | float = "dark"  # what feedback may say was true of served.VALID
WRONG: str | float = "neither"  # and what it may not
SCALE = 100.0  # make_model's usual factor is 0.001 of it
