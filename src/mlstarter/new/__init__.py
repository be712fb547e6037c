"""Answers -> a finished repository, moved into place."""
