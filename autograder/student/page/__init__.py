"""unroll read: a lesson as one page, with what a student's own code does."""
