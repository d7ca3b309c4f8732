"""manage.py advise --csv FILE: recommendations for a machine by its trace of load."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from insights.csv_reader import InvalidFile
from insights.recommendations.engine.advice import Advice, NotEnough, Rule
from insights.recommendations.engine.advice_thresholds import Thresholds
from insights.recommendations.engine.hourly_prices import Prices
from insights.recommendations.engine.rules import RULES_OF_UTILIZATION, advise
from insights.recommendations.engine.trace import Trace, read_trace


class Command(BaseCommand):
    help = (
        "Judge traces of CPU from CSV files by the same rules as instances: is each "
        "idle, oversized, only used in office hours? Needs a column of time and one of "
        "CPU in percent of the whole machine; takes vCPUs, memory and network if there."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--csv", nargs="+", required=True, type=Path, metavar="FILE"
        )
        parser.add_argument(
            "--days", type=positive, help="Only the last so many days. Default: all."
        )
        parser.add_argument(
            "--vcpus", type=positive, help="If the file does not have them."
        )
        parser.add_argument("--time", default="", help="The column of time, by name.")
        parser.add_argument("--cpu", default="", help="The column of CPU, by name.")
        parser.add_argument("--json", action="store_true", help="One object a file.")

    def handle(self, *args: Any, **options: Any) -> None:
        for path in options["csv"]:
            judged = judge(self._trace(path, options), options["days"])
            if options["json"]:
                self.stdout.write(json.dumps({"file": str(path), **judged}))
                continue
            self.stdout.write(f"{path}: {judged['about']}")
            for rule, verdict in judged["rules"].items():
                why = f": {verdict['why']}" if verdict["why"] else ""
                self.stdout.write(f"  {rule:10} {verdict['verdict']}{why}")

    def _trace(self, path: Path, options: Any) -> Trace:
        try:
            trace = read_trace(path, options["time"], options["cpu"])
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}.") from None
        except InvalidFile as error:
            raise CommandError(f"{path}: {error}") from None
        if options["vcpus"] is not None:
            machine = replace(trace.machine, vcpus=options["vcpus"])
            return replace(trace, machine=machine)
        return trace


def positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return int(text)


def judge(trace: Trace, days: int | None = None) -> dict[str, Any]:
    """Return the verdict of each rule about load, with its evidence.

    Judged as on the day after the last sample.
    """
    machine = trace.machine
    now = trace.until + timedelta(days=1)
    span = (now.date() - min(day.day for day in machine.cpu)).days
    thresholds = Thresholds(lookback_days=span if days is None else days)
    answers = advise(machine, thresholds, Prices(), now)
    about = (
        f"{trace.samples} samples about {trace.seconds_apart:g} s apart in "
        f"{len(machine.cpu)} days, {trace.gaps} gaps"
    )
    if trace.above_full:
        about += f", {trace.above_full} samples above 100% taken as 100%"
    return {
        "about": about,
        "rules": {rule: _verdict(rule, answers) for rule in RULES_OF_UTILIZATION},
    }


def _verdict(rule: Rule, answers: list[Advice | NotEnough]) -> dict[str, Any]:
    for answer in answers:
        if answer.rule is rule and isinstance(answer, NotEnough):
            return {"verdict": "not enough data", "why": answer.reason, "evidence": {}}
        if answer.rule is rule and isinstance(answer, Advice):
            return {
                "verdict": "yes",
                "why": f"{answer.current_state} {answer.recommendation} "
                f"(confidence {answer.confidence})",
                "evidence": answer.evidence,
            }
    return {"verdict": "no", "why": "", "evidence": {}}
