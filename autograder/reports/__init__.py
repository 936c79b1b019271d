"""Verdicts become files and pages; they know the results and nothing else."""
