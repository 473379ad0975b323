"""Chapter 3: from a gradient to a trained network."""
