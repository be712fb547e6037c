"""git: processes, objects, filters, template commits."""
