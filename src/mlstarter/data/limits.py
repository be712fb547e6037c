"""How much of somebody's file is looked at, and from where on it is refused."""

from __future__ import annotations

BYTES = 2 << 30
"""The largest file that is read, also once unpacked: what a laptop's memory holds as text."""

COPY_BYTES = 1 << 30
"""The largest file or folder that is copied into a project."""

TRACK_BYTES = 50 << 20
"""The largest file that git is given; GitHub warns from here on."""

COLUMNS = 2_000
CELLS = 5_000_000
"""So many cells are kept and looked at; of more, the first rows."""

CELL_LETTERS = 1_000_000
DISTINCT_TIMES = 20_000
"""So many different times of a column are tried with every format."""
