"""Chapter 0: loops into vectorised code."""
