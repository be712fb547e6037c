"""(template, answers) -> tree."""
