"""Where the program begins, as ``mlstarter`` and as ``python -m mlstarter``."""

import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line and exit with its status.

    Who presses Ctrl-C while it is still being loaded sees no traceback either.
    """
    try:
        from mlstarter import cli
    except (KeyboardInterrupt, RuntimeError) as error:
        # Python 3.11 wraps what is raised while a class is made.
        if isinstance(error, RuntimeError) and not isinstance(error.__cause__, KeyboardInterrupt):
            raise
        sys.exit(130)  # ExitStatus.INTERRUPTED: nothing can be imported here
    cli.main()


if __name__ == "__main__":
    main()
