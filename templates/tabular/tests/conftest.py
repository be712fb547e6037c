"""Fixtures of all tests."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # as the commands do, before scikit-learn is loaded

from small_project import folder

__all__ = ["folder"]
