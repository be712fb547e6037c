"""Copier templates."""
