"""Fixtures of all tests."""

from small_project import folder

__all__ = ["folder"]
