"""manage.py add_user NAME: add a user with a role and account access."""

import secrets
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand
from django.db import transaction

from clouds.access import set_access, visible_accounts
from clouds.commands import chosen_accounts
from core.commands import bad_arguments
from users.audit import record_command
from users.roles import Role, assign_role


class Command(BaseCommand):
    help = (
        "Add a user with a role and print the generated password, which is shown once. "
        "For an existing user, change only the given options. A viewer reads, an "
        "operator also starts syncs and backfills, an administrator does everything."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="Username.")
        parser.add_argument("--role", choices=list(Role), help="Role of the user.")
        parser.add_argument(
            "--account",
            action="append",
            default=[],
            metavar="ID_OR_NAME",
            help="Let the user see this account; repeatable.",
        )
        parser.add_argument(
            "--all-accounts",
            action="store_true",
            help="Let the user see all accounts, as an administrator does anyway.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["account"] and options["all_accounts"]:
            raise bad_arguments("Use either --account or --all-accounts.")
        accounts = chosen_accounts(options["account"]) if options["account"] else []
        with transaction.atomic():
            user, password = _user(options["name"], options["role"])
            if options["role"]:
                assign_role(user, options["role"])
            if accounts or options["all_accounts"]:
                set_access(user, accounts, all_accounts=options["all_accounts"])
            record_command(
                "user.add" if password else "user.change",
                user,
                role=options["role"],
                # One text: a list of two is a value before and after.
                accounts=", ".join(str(account) for account in accounts),
                all_accounts=options["all_accounts"],
            )
        accounts_seen = visible_accounts(user)
        if accounts_seen is not None and not accounts_seen.exists():
            self.stdout.write(
                f"{user} sees no account yet. Give --account or --all-accounts."
            )
        if password:
            self.stdout.write(f"Sign in as {user} with the password {password}")
        else:
            self.stdout.write(f"Changed {user}.")


def _user(name: str, role: str | None) -> tuple[User, str]:
    """Return the user, and the password of a new one."""
    name = User.normalize_username(name)
    if user := User.objects.filter(username=name).first():
        return user, ""
    if role is None:
        raise bad_arguments(f"User {name} does not exist. To add one, give a --role.")
    user, password = User(username=name), secrets.token_urlsafe(12)
    user.set_password(password)
    try:
        user.full_clean()
    except ValidationError as error:
        raise bad_arguments("; ".join(error.messages)) from None
    user.save()
    return user, password
