"""Doing an update: into the work tree, or onto a branch."""
