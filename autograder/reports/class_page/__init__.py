"""The class page, OUT/index.html: how a class did, and why."""
