"""unroll plot: pictures of what a student's code returns."""
