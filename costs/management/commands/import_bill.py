"""manage.py import_bill: reads a bill from its files, once."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from clouds.models import CloudAccount
from costs.sync import sync_cost
from syncs.accounts.changes import remove_accounts
from syncs.accounts.connect import DEMO_LEFT
from syncs.accounts.connect_files import store_files_account
from syncs.commands import SyncCommand
from syncs.datasets import Dataset
from users.audit import command_actor


class Command(SyncCommand):
    help = (
        "Reads the bill of these files, FOCUS, CUR or Azure's export: its lines, and "
        "daily costs that sum to them. The account is that of the bill; one that is "
        "not there is added. Run again, it reads the months that changed."
    )
    steps = {Dataset.COST: sync_cost}

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "path", help="A file or directory; or s3://bucket/prefix, as add_account's."
        )
        parser.add_argument(
            "--billing-account",
            default="",
            metavar="ID",
            help="Of the files, where they have the bills of several.",
        )
        parser.add_argument("--name", help="How to call it. Default: its account id.")
        parser.add_argument(
            "--tag-key",
            action="append",
            metavar="KEY",
            help="Sum costs by this tag key too; may be repeated.",
        )
        parser.add_argument(
            "--json", action="store_true", help="Print one JSON object instead."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        account, sentence = store_files_account(
            options["path"],
            options["billing_account"],
            options,
            timezone.now(),
            command_actor(),
        )
        sentences = [sentence]
        if remove_accounts(CloudAccount.objects.demo()):
            sentences.append(DEMO_LEFT)
        if not options["json"]:
            self.stdout.write("\n".join(sentences))
        super().handle(account=[account.account_id], **options)
