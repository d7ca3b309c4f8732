"""manage.py create_token USER: a token for the API."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from people.audit import record_command
from people.tokens import TooManyTokens, make_token
from syncs.commands import bad_arguments

# Ten years.
LONGEST_DAYS = 3650


class Command(BaseCommand):
    help = (
        "Prints a new API token of a user. Only its hash is stored, so it is shown "
        "this once. Send it as `Authorization: Token TOKEN`."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="The user's name.")
        parser.add_argument(
            "--days",
            type=int,
            default=settings.TOKEN_DAYS,
            help=f"Valid for so long. Default: {settings.TOKEN_DAYS}, by TOKEN_DAYS.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["days"] <= LONGEST_DAYS:
            raise bad_arguments(
                f"--days must lie between 1 and {LONGEST_DAYS}, not {options['days']}."
            )
        user = User.objects.filter(username=options["user"]).first()
        if user is None or not user.is_active:
            raise bad_arguments(
                f"There is no active user {options['user']!r}. Create one in the admin "
                "or with `manage.py add_user`."
            )
        try:
            made, text = make_token(user, options["days"])
        except TooManyTokens as error:
            raise CommandError(str(error)) from None
        record_command("token.make", user, token=made.token_key, days=options["days"])
        self.stdout.write(text)
