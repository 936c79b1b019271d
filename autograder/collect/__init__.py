"""Turn what a learning platform hands out into one folder for each student; nothing of it is run or changed."""
