"""The kinds of run: one training, a study of several, nearest neighbours. A recipe is one of a kind, with its settings."""

from .neighbours import NeighbourSettings as NeighbourSettings
from .neighbours import NeighboursRecipe as NeighboursRecipe
from .recipe import Context as Context
from .recipe import Job as Job
from .recipe import Recipe as Recipe
from .study import StudyRecipe as StudyRecipe
from .training import TrainingRecipe as TrainingRecipe
