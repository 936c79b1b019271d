"""The exam: run the tests of a lesson on one hand-in, judge them, and find the known mistake that returns the same."""
