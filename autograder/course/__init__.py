"""The nouns of a course, and the readers of its folder."""
