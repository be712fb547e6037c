"""Lets `python -m` run the commands."""

from .cli import main

if __name__ == "__main__":
    raise SystemExit(main())
