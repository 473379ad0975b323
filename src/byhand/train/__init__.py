"""Floor 4: training. `run` trains a recipe and keeps a record; `runs` and `load_run` read the records back."""

from . import pictures as pictures
from . import progress as progress
from .engines import ENGINES as ENGINES
from .recipes import RECIPES as RECIPES
from .recipes import Recipe as Recipe
from .records import RunRecord as RunRecord
from .records import load_run as load_run
from .records import runs as runs
from .running import run as run
