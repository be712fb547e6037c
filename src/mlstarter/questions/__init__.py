"""Which questions apply, which answers are valid, and asking them in a terminal."""
