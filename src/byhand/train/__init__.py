"""Floor 4: training. `run` runs a recipe and keeps a record; `runs` and `load_run` read the records back."""

from . import pictures as pictures
from . import progress as progress
from .engines import ENGINES as ENGINES
from .kinds import Recipe as Recipe
from .recipes import RECIPES as RECIPES
from .recipes import find as find_recipe  # noqa: F401
from .records import RunRecord as RunRecord
from .records import cell as cell
from .records import columns as columns
from .records import load_run as load_run
from .records import runs as runs
from .running import missing_data as missing_data
from .running import run as run
from .target import Goal as Goal
from .target import Target as Target
