"""Floor 6: the learner's own package: made, remembered, never overwritten, trained with, handed over."""

from .export import Exported as Exported
from .export import export as export
from .overlay import complete as complete
from .overlay import overlay as overlay
from .state import Progress as Progress
from .workspace import Workspace as Workspace
from .workspace import create as create
from .workspace import find as find
