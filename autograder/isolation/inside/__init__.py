"""Code that runs beside a student's code: it imports nothing outside this folder, so it knows no answer."""
