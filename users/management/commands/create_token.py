"""manage.py create_token USER: create an API token."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from clouds.commands import chosen_accounts
from core.commands import bad_arguments
from users.audit import record_command
from users.models import TOKEN_NAME_LENGTH, ApiToken
from users.tokens import TooManyTokens, make_token, token_facts

Scope = ApiToken.Scope
# Ten years.
LONGEST_DAYS = 3650


class Command(BaseCommand):
    help = (
        "Create an API token and print it. Only its hash is stored, so it is shown "
        "once. Send it as `Authorization: Token TOKEN`."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="Username.")
        parser.add_argument(
            "--days",
            type=int,
            default=settings.TOKEN_DAYS,
            help=f"Days until it expires. Default: {settings.TOKEN_DAYS} (TOKEN_DAYS).",
        )
        parser.add_argument("--name", default="", help="What uses it.")
        parser.add_argument(
            "--read-only", action="store_true", help="It starts and changes nothing."
        )
        use = parser.add_mutually_exclusive_group()
        use.add_argument(
            "--mcp",
            action="store_true",
            help="For an assistant that asks /mcp: it asks questions and nothing else.",
        )
        use.add_argument(
            "--wall",
            action="store_true",
            help="For a screen that opens /wall/TOKEN/: it only shows.",
        )
        parser.add_argument(
            "--account",
            action="append",
            default=[],
            metavar="ID_OR_NAME",
            help="Let it see only this account; repeatable. Default: as its user.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["days"] <= LONGEST_DAYS:
            raise bad_arguments(
                f"--days must be between 1 and {LONGEST_DAYS}, not {options['days']}."
            )
        if len(options["name"]) > TOKEN_NAME_LENGTH:
            raise bad_arguments(
                f"--name must have at most {TOKEN_NAME_LENGTH} characters."
            )
        user = User.objects.filter(username=options["user"]).first()
        if user is None or not user.is_active:
            raise bad_arguments(
                f"There is no active user {options['user']!r}. Create one in the admin "
                "or with `manage.py add_user`."
            )
        names = options["account"]
        wanted = (one for one in (Scope.MCP, Scope.WALL) if options[one])
        try:
            made, text = make_token(
                user,
                options["days"],
                name=options["name"],
                scope=next(wanted, Scope.API),
                is_read_only=options["read_only"],
                accounts=chosen_accounts(names) if names else None,
            )
        except TooManyTokens as error:
            raise CommandError(str(error)) from None
        record_command("token.make", user, **token_facts(made))
        self.stdout.write(text)
