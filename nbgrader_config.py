"""nbgrader's configuration for this course: this repository is the course directory."""

from autograder.nbgrader import configure

c = get_config()
configure(c)

c.CourseDirectory.course_id = "unroll"
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE\nraise NotImplementedError"}
