"""nbgrader's configuration for this course: this repository is the course directory."""

c = get_config()

c.CourseDirectory.course_id = "unroll"
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE\nraise NotImplementedError"}
