"""Tools for those who write templates: a skeleton, a linter, tests, conversion, publishing."""
