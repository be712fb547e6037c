"""What an update would do: the three-way merge, computed before anything is touched."""
