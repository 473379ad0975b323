"""The dialect of Stanford's CS231n: its names, its calling conventions, the layouts of its assignments, 2017 to 2026."""

from .dialect import CS231N as CS231N
from .finding import Found as Found
from .finding import find as find
from .finding import resolve as resolve
