"""unroll init and reset: what a student's folder gets, and what it keeps."""
