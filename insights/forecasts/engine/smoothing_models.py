"""The models of statsforecast, without what spreads them over a cluster.

The library's own package imports Fugue and with it pyarrow: 175 MB on disk, and 40 MB
of each worker's memory, of which no model uses anything. So neither is installed
(pyproject.toml), and the package is entered here without running its `__init__`.
"""

import sys
from importlib.util import find_spec, module_from_spec

if "statsforecast" not in sys.modules and (package := find_spec("statsforecast")):
    sys.modules["statsforecast"] = module_from_spec(package)

from statsforecast.models import (  # noqa: E402
    TSB,
    AutoCES,
    AutoETS,
    SeasonalExponentialSmoothingOptimized,
    Theta,
)

__all__ = [
    "TSB",
    "AutoCES",
    "AutoETS",
    "SeasonalExponentialSmoothingOptimized",
    "Theta",
]
