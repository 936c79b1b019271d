"""What an author uses: read a lesson, build what is shipped, prove and calibrate it."""
