"""manage.py backtest: the accuracy of the forecasts on past days."""

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from statistics import fmean
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from clouds.commands import chosen_accounts
from core.commands import bad_arguments
from insights.forecasts.engine.forecast_records import Accuracy, DailySeries, NoForecast

# The figures, and the digits of each in the table.
DIGITS = {"mase": 3, "naive_mase": 3, "smape": 1, "coverage_80": 2, "coverage_95": 2}
NO_COSTS = (
    "No daily costs are stored. Read some with `manage.py sync_cost` or `manage.py "
    "demo`, or give a file with --csv."
)


class Command(BaseCommand):
    help = (
        "Measures the accuracy of forecasts on the past: MASE (and that of seasonal "
        "naive), sMAPE in percent, and the coverage of the 80% and 95% prediction "
        "intervals. Of stored daily costs, from several origins; with --csv of your "
        "own series, whose last days are held out."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--csv",
            type=Path,
            metavar="FILE",
            help="A column of days, then one a series; or series, day and value.",
        )
        parser.add_argument(
            "--horizon", type=int, default=90, help="Days ahead. Default: 90."
        )
        parser.add_argument(
            "--season", type=int, default=7, help="Days of a season. Default: 7."
        )
        parser.add_argument(
            "--origins", type=int, default=4, help="Origins to try. Default: 4."
        )
        parser.add_argument("--account", action="append", default=[], metavar="ID")
        parser.add_argument("--service", help="Only this service's costs.")
        parser.add_argument("--json", action="store_true", help="One object, no table.")

    def handle(self, *args: Any, **options: Any) -> None:
        for name, least in (("horizon", 1), ("season", 1), ("origins", 2)):
            if options[name] < least:
                raise bad_arguments(f"--{name} must be at least {least}.")
        scored = of_file(options) if options["csv"] else of_costs(options)
        if options["json"]:
            self.stdout.write(json.dumps(as_json(scored, options), indent=2))
        else:
            console = Console()
            with console.capture() as capture:
                console.print(as_table(scored, options))
            self.stdout.write(capture.get())


def of_file(options: Mapping[str, Any]) -> dict[str, Accuracy | NoForecast]:
    """Measure the series of a file on their last days, held out."""
    # Here, so that no other command waits for numpy and pandas.
    from insights.csv_reader import InvalidFile, read_daily_series
    from insights.forecasts.engine.forecast import measure_held_out

    path = options["csv"]
    try:
        series = read_daily_series(path)
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}.") from None
    except InvalidFile as error:
        raise CommandError(f"{path}: {error}") from None
    return measure_held_out(
        series, options["horizon"], options["season"], options["origins"]
    )


def of_costs(options: Mapping[str, Any]) -> dict[str, Accuracy | NoForecast]:
    """Measure each scope of the stored costs as its own forecast does."""
    from insights.forecasts.engine.forecast import forecast_many

    series = stored_series(options["account"], options["service"])
    if not series:
        raise CommandError(NO_COSTS)
    made = forecast_many(
        series, options["horizon"], season=options["season"], folds=options["origins"]
    )
    short = NoForecast("Too few days to try a forecast on its own past.")
    return {
        name: one if isinstance(one, NoForecast) else one.accuracy or short
        for name, one in made.items()
    }


def stored_series(accounts: list[str], service: str | None) -> dict[str, DailySeries]:
    """Return the series that are forecast, of all accounts and of each, by name."""
    from insights.daily_costs import read_bills
    from insights.forecasts.refresh import series_of

    now = timezone.now()
    found = {}
    for account in [*([] if accounts else [None]), *chosen_accounts(accounts)]:
        for bill in read_bills(account, now):
            for key, series in series_of(account, bill).items():
                if service is None or key.key == service:
                    name = key.key or ("other" if key.scope == "service" else "")
                    scope = f"{key.scope} {name}".strip()
                    owner = account or "All accounts"
                    found[f"{owner}: {scope}, {key.currency}"] = series
    return found


def as_json(
    scored: Mapping[str, Accuracy | NoForecast], options: Mapping[str, Any]
) -> dict[str, Any]:
    rows = [
        {"series": name, **asdict(one)}
        if isinstance(one, Accuracy)
        else {"series": name, "refused": one.reason}
        for name, one in scored.items()
    ]
    same = {name: options[name] for name in ("horizon", "season")}
    return {**same, "mean": means(scored), "series": rows}


def means(scored: Mapping[str, Accuracy | NoForecast]) -> dict[str, float | None]:
    """Return each figure's mean over the series that have it."""
    columns = {
        name: [getattr(one, name, None) for one in scored.values()] for name in DIGITS
    }
    values = {
        name: [value for value in column if value is not None]
        for name, column in columns.items()
    }
    return {name: fmean(some) if some else None for name, some in values.items()}


def as_table(
    scored: Mapping[str, Accuracy | NoForecast], options: Mapping[str, Any]
) -> Table:
    title = f"{options['horizon']} days ahead, season {options['season']}"
    table = Table("series", title=title)
    for heading in ("MASE", "seasonal naive", "sMAPE", "80% coverage", "95% coverage"):
        table.add_column(heading, justify="right")
    table.add_column("models and weights")
    for name, one in scored.items():
        if isinstance(one, Accuracy):
            table.add_row(name, *shown(asdict(one)), one.model)
        else:
            table.add_row(name, *[""] * len(DIGITS), one.reason)
    table.add_section()
    table.add_row(f"mean of {len(scored)}", *shown(means(scored)), "")
    return table


def shown(figures: Mapping[str, float | None]) -> list[str]:
    return [
        "-" if (value := figures[name]) is None else f"{value:.{digits}f}"
        for name, digits in DIGITS.items()
    ]
