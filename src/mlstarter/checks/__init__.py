"""Checks: of the machine (``doctor``) and of a project before it is shown (``check``)."""
