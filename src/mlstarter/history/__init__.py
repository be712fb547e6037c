"""Template commits, the three-way merge, and applying a result safely."""
