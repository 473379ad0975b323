"""Chapter 4: batch and layer normalisation, their gradients step by step."""
