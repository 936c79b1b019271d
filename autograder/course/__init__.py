"""The nouns of a course, and what of it is read from its folder."""
