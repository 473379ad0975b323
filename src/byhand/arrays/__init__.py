"""Floor 0: what every array in byhand can do, whatever holds it."""

from .codec import load_tree as load_tree
from .codec import save_tree as save_tree
from .namespace import Array as Array
from .namespace import namespace as namespace
from .random import Key as Key
from .tree import flatten as flatten
from .tree import leaves as leaves
from .tree import tree_map as tree_map
from .tree import unflatten as unflatten
