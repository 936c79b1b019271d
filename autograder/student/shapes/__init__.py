"""unroll shapes: questions about the axes."""
