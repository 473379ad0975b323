"""Chapter 1: classifiers, from nearest neighbours to linear scores."""
