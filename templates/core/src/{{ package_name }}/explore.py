"""`explore`: notebooks/explore.ipynb, run and written as a page to reports/explore.html."""

import os
from importlib import import_module
from pathlib import Path

from .errors import ProjectError
from .files import write


def run() -> None:
    """Run every cell; ``ProjectError`` holds the first error."""
    os.environ["OMP_NUM_THREADS"] = "1"  # with more, four times the CPU: they wait for one another
    nbconvert = import_module("nbconvert")  # `make explore` installs it
    preprocessors = import_module("nbconvert.preprocessors")
    exporter = nbconvert.HTMLExporter(preprocessors=[preprocessors.ExecutePreprocessor])
    try:
        page, _ = exporter.from_filename("notebooks/explore.ipynb")
    except preprocessors.CellExecutionError as error:
        raise ProjectError(error.evalue, "See notebooks/explore.ipynb.") from None
    write(Path("reports/explore.html"), page)
