"""Where a template comes from and which versions it has."""
