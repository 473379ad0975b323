"""What a run looks like, one file a concept. A drawing is a function that fills a figure; `draw` saves them by name."""

from .canvas import draw as draw
from .curves import part_curves as part_curves
from .curves import training_curves as training_curves
from .neighbours import accuracy_by_k as accuracy_by_k
from .neighbours import nearest_pictures as nearest_pictures
from .predictions import confusion as confusion
from .predictions import samples as samples
from .studies import batchnorm_study as batchnorm_study
from .studies import init_study as init_study
from .studies import optimizer_study as optimizer_study
from .weights import first_weights as first_weights
from .weights import weight_sheet as weight_sheet
from .weights import write_weights as write_weights
