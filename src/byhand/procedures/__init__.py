"""Floor 1: algorithms that are no layers: numerical gradients, the steps of training."""
