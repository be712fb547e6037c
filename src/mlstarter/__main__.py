"""Run the command line as ``python -m mlstarter``."""

from mlstarter.cli import main

if __name__ == "__main__":
    main()
