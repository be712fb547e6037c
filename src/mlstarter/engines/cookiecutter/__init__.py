"""Cookiecutter templates."""
