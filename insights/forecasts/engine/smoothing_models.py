"""The models of statsforecast, without what spreads them over a cluster.

The library's own package imports Fugue and with it pyarrow: 175 MB on disk, and 40 MB
of each worker's memory, of which no model uses anything. So neither is installed
(pyproject.toml), and the package is entered here without running its `__init__`.

It also imports all of statsmodels, 300 modules, for models that are not used here.
"""

import sys
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import Any


class ImportedWhenUsed(ModuleType):
    """Stands for a module until something in it is asked for."""

    def __getattr__(self, name: str) -> Any:
        sys.modules.pop(self.__name__, None)
        return getattr(import_module(self.__name__), name)


if "statsforecast" not in sys.modules and (package := find_spec("statsforecast")):
    sys.modules["statsforecast"] = module_from_spec(package)
sys.modules.setdefault("statsmodels.api", ImportedWhenUsed("statsmodels.api"))

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
