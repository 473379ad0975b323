"""CS231n's package, built on byhand: put the folder above first on sys.path."""
