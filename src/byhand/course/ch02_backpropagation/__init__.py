"""Chapter 2: gradients by hand, from one number moved to a network of two layers."""
