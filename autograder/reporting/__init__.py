"""What speaks to people and to other programs: tables, files and pages."""
