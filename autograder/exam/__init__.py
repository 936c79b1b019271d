"""The exam: tests of a lesson put to one hand-in, what they mean, and which known mistake returns the same."""
