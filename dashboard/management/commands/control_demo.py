"""manage.py control_demo: play a scenario on the demo company, or single steps."""

import shlex
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core.commands import TAKEN, bad_arguments
from dashboard.demo.commands import play_here
from dashboard.demo.control import (
    InvalidStep,
    OtherPresenter,
    change_play,
    play_scene,
    queue,
    scenario_of,
)
from dashboard.demo.control import company as demo_company
from providers.demo.company import COMPANY_NAME
from providers.demo.scenario_files import scenarios
from providers.demo.steps import NUMBERS, WHOLE
from users.audit import command_actor


class Command(BaseCommand):
    help = (
        f"Control {COMPANY_NAME}, the demo company: play a scenario scene by scene, or "
        "do single steps. Without arguments it lists the scenarios."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("scenario", nargs="?", help="The scenario to play.")
        parser.add_argument(
            "--step",
            action="append",
            default=[],
            metavar="WORDS",
            help='A step instead, as in "do=outage account=production '
            'place=eu-west-1 days=1"; may be repeated.',
        )
        parser.add_argument(
            "--release", action="store_true", help="Stop, so that others can present."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        name, steps = options["scenario"], options["step"]
        try:
            if options["release"]:
                change_play("release", command_actor(), timezone.now())
            elif steps:
                given = [step_of(words) for words in steps]
                queue(given, command_actor(), timezone.now())
                play_here(self.stdout.write)
            elif name:
                self._play(name)
            else:
                for one in scenarios().values():
                    self.stdout.write(f"{one.name}: {one.about}")
        except InvalidStep as error:
            raise bad_arguments(error) from None
        except OtherPresenter as error:
            raise CommandError(str(error), returncode=TAKEN) from None

    def _play(self, name: str) -> None:
        """Every scene, with what a presenter says and the page that shows it."""
        scene = play_scene(command_actor(), timezone.now(), name)
        count = len(scenario_of(demo_company()).scenes)
        for number in range(1, count + 1):
            play_here(self.stdout.write)
            self.stdout.write(f"{number}. {scene.text}\n   {scene.page}")
            if number < count:
                scene = play_scene(command_actor(), timezone.now())


def step_of(words: str) -> dict[str, Any]:
    """Return the step of "name=value ..."; values with blanks are quoted. Raises
    InvalidStep."""
    step: dict[str, Any] = {}
    try:
        pairs = [word.partition("=") for word in shlex.split(words)]
        for name, _, value in pairs:
            number = int if name in WHOLE else float
            step[name] = number(value) if name in NUMBERS else value
    except ValueError as error:
        raise InvalidStep(f"--step {words}: {error}.") from None
    return step
