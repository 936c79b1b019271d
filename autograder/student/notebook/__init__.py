"""check and plot inside a student's own notebook."""
