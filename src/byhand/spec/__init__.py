"""Floor 0: what things are, as plain data. No machinery here."""

from .dialect import Answer as Answer
from .dialect import Arguments as Arguments
from .dialect import Call as Call
from .dialect import Definition as Definition
from .dialect import Dialect as Dialect
from .dialect import Entry as Entry
from .dialect import Made as Made
from .dialect import Spelling as Spelling
from .draw import Draw as Draw
from .exercise import Case as Case
from .exercise import Exercise as Exercise
from .exercise import Misconception as Misconception
from .exercise import Outcome as Outcome
from .exercise import edge as edge
from .exercise import exercise as exercise
from .exercise import experiment as experiment
from .exercise import extreme as extreme
from .exercise import odd as odd
from .exercise import ordinary as ordinary
from .exercise import predict as predict
from .exercise import vectorise as vectorise
from .report import VERDICTS as VERDICTS
from .report import CaseResult as CaseResult
from .report import Finding as Finding
from .report import Report as Report
