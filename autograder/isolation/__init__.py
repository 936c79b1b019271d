"""Where a student's code runs: it knows no course, no answer and no mark."""
