"""Floor 6: to and from what others use: other courses' names and conventions."""
