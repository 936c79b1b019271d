"""Write verdicts as files and pages; this room knows results and nothing else."""
