"""Fixtures of all tests."""

from made_table import folder

__all__ = ["folder"]
