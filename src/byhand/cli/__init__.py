"""Floor 8: the `byhand` command."""
