"""Scaffold machine-learning portfolio projects that work on arrival and stay up to date."""

__version__ = "0.1.0"
