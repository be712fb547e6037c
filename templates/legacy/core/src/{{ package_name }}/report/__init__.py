"""From the results of `evaluate` to everything that people read."""

from .publish import Section, Table, publish

__all__ = ["Section", "Table", "publish"]
