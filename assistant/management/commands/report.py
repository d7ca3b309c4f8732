"""manage.py report AGENT: print the report of an agent."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand

from assistant.agents import AGENTS
from assistant.ask import keep_report
from assistant.models import Interaction
from assistant.report_text import report_text
from core.commands import bad_arguments


class Command(BaseCommand):
    help = "Print an agent's report of what is stored, of all accounts or as a user."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("agent", choices=[*AGENTS], help="Whose report.")
        parser.add_argument(
            "--user", default="", help="With what this user may see. Default: all."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        user = _reader(options["user"])
        agent = AGENTS[options["agent"]]
        found = keep_report(agent, user, Interaction.Source.COMMAND)
        self.stdout.write(report_text(found))


def _reader(name: str) -> User:
    """Return that user, or one who sees all and is stored nowhere."""
    if not name:
        return User(username="report (command)", is_superuser=True)
    user = User.objects.filter(username=name, is_active=True).first()
    if user is None:
        raise bad_arguments(f"There is no active user {name!r}.")
    return user
