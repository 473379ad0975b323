"""Floor 1: pure forward and backward functions, one topic a file. These are what learners study and rewrite.

A forward returns `out, cache`; its backward takes the upstream gradient and that cache. Nothing is modified, nothing is
drawn at random, and the same function runs on NumPy arrays, torch tensors and traced Tensors.
"""
