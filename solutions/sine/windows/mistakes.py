"""All wrong answers of the windows lesson are edits: see mistakes.toml."""
