"""Where marks are decided: intake, exam, comparison, diagnosis, marks, a whole class."""
