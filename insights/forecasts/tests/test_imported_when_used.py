"""Of statsmodels nothing is imported that no model uses."""

import sys

import pytest

from insights.forecasts.engine.smoothing_models import ImportedWhenUsed


def test_a_module_is_imported_once_something_in_it_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    missing = ImportedWhenUsed("is_no_module")
    monkeypatch.setitem(sys.modules, missing.__name__, missing)
    with pytest.raises(ModuleNotFoundError, match="is_no_module"):
        _ = missing.anything
    assert ImportedWhenUsed("colorsys").rgb_to_hls(1, 1, 1)[1] == 1
