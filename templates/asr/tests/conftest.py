"""Fixtures of all tests."""

from made_recordings import folder, trained_folder, trained_once

__all__ = ["folder", "trained_folder", "trained_once"]
