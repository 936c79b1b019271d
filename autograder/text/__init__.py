"""Words, files and the console: what every room needs, and what knows no other room but the errors."""
