"""Getting, checking and reading the data."""
