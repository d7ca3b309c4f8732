"""Daily series from a CSV file, in either of two shapes.

Wide: a column of days, then a column for each series. Long: a row for each series and
day, with a column that names the series (`series_id,timestamp,value`). Days may be
missing, values may be empty.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from insights.csv_reader import CsvFile, InvalidFile, is_day, read_csv
from insights.forecasts.engine.forecast_records import DailySeries


def read_daily_series(path: Path) -> dict[str, DailySeries]:
    """Read a file's series by name, in its order. Raises InvalidFile or OSError."""
    file = read_csv(path)
    if len(file.cells) < 2 or file.cells.shape[1] < 2:
        raise InvalidFile("It needs a line of names, one of days and one of values.")
    at = next((at for at, cell in enumerate(file.cells.iloc[1]) if is_day(cell)), None)
    if at is None:
        raise InvalidFile(
            f"Line {file.cells.index[1]}: none of {', '.join(file.cells.iloc[0])} is a "
            "day such as 2026-01-31."
        )
    has_header = not is_day(file.cells.iat[0, at])
    file = file.with_header() if has_header else file.without_header()
    day = file.names[at]
    days = file.days(day)
    named = name_column(file, at, days)
    found: dict[str, DailySeries] = {}
    for column in file.names:
        if column in (day, named):
            continue
        values = file.numbers(column)
        groups = file.cells[named] if named else pd.Series(column, values.index)
        for name, own in values.groupby(groups, sort=False):
            found[str(name)] = consecutive(str(name), own, days[own.index])
    return found


def name_column(file: CsvFile, at: int, days: pd.Series) -> str | None:
    """Return the column that names a long table's series; None for a wide one."""
    if len(file.names) != 3 or days.is_unique:
        return None
    first, second = (name for name in file.names if name != file.names[at])
    is_text = pd.to_numeric(file.cells[first].iloc[:1], errors="coerce").isna().all()
    return first if at == 1 or is_text else second


def consecutive(name: str, values: pd.Series, days: pd.Series) -> DailySeries:
    """Return every day from the first to the last; None where there is no row."""
    repeated = days[days.duplicated()]
    if len(repeated):
        raise InvalidFile(
            f"Line {repeated.index[0]}: {name!r} has a second value for "
            f"{repeated.iloc[0]}. One value a day: add them up, or name the series in "
            "a column."
        )
    daily = values.set_axis(pd.to_datetime(days)).sort_index().asfreq("D")
    return DailySeries(
        daily.index[0].date(), tuple(daily.replace({np.nan: None}).tolist())
    )
