"""byhand: neural networks written out by hand, and a checker that says which term of your gradient is wrong."""

__version__ = "0.1.0"
