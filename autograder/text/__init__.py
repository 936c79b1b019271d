"""Words, files and the console: every room needs them. This room knows only the errors."""
