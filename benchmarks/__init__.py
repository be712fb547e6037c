"""Every speed that this project claims, measured as a ratio within one run."""
