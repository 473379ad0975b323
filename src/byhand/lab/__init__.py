"""Floor 7: the lab, a web application on this machine: the course, live checks, and runs of the learner's own code."""

from .app import create_app as create_app
from .server import serve as serve
from .session import Lab as Lab
