"""A class is graded: examiners, what a later run may skip, and the files that it leaves."""
