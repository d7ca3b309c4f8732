"""manage.py remediate: list actions, approve or cancel them, and run them here."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from insights.models import Remediation
from insights.remediation.approval import DECISIONS, decide
from insights.remediation.execution import work_on
from insights.transitions import InvalidTransition
from users.audit import command_actor

RUN = "run"
# Who is at a shell is not known, so that they could be the first user too.
NEEDS_A_USER = ("approve", "roll_back")


class Command(BaseCommand):
    help = (
        "Lists open actions, which change something in a cloud. With the number of one "
        "it shows its log; with a decision too, it approves, rejects, cancels or "
        "resumes it, repeats its dry run (check), proposes what takes it back "
        "(roll_back), or runs it here instead of waiting for a worker (run)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "number", nargs="?", type=int, help="The number of an action."
        )
        parser.add_argument("decision", nargs="?", choices=[*DECISIONS, RUN])
        parser.add_argument("--note", default="", help="Kept in its log.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["number"] is None:
            return self._list()
        row = self._find(options["number"])
        decision = options["decision"]
        if decision == RUN:
            self._run(row)
        elif decision:
            row = self._decide(row, decision, options["note"])
        self._show(row)
        if decision == RUN and (error := row.error or row.dry_run_error):
            raise CommandError(error)
        return None

    def _list(self) -> None:
        rows = Remediation.objects.open().select_related(
            "account", "resource", "run__account"
        )
        for row in rows.order_by("pk"):
            self.stdout.write(
                f"{row.pk}  {row.status:9} {row} in {row.account}, "
                f"proposed {row.proposed_at:%Y-%m-%d %H:%M} by "
                f"{row.proposed_by or 'a schedule'}"
            )
        if not rows:
            self.stdout.write("No action is open.")

    def _find(self, number: int) -> Remediation:
        rows = Remediation.objects.select_related("account", "resource", "run__account")
        row: Remediation | None = rows.filter(pk=number).first()
        if row is None:
            raise CommandError(
                f"There is no action {number}. `manage.py remediate` lists open ones."
            )
        return row

    def _run(self, row: Remediation) -> None:
        if work_on(row.pk) == "taken":
            raise CommandError(
                f"Action {row.pk} is {row.get_status_display().lower()} and waits for "
                "nobody, or a worker is at it."
            )
        row.refresh_from_db()

    def _decide(self, row: Remediation, decision: str, note: str) -> Remediation:
        if settings.REMEDIATION_SECOND_PERSON and decision in NEEDS_A_USER:
            raise CommandError(
                "A second user has to approve an action, and at a shell nobody is "
                "signed in. Do it on its page, or set REMEDIATION_SECOND_PERSON=false."
            )
        try:
            return decide(
                row, decision, row.version, timezone.now(), command_actor(), note
            )
        except InvalidTransition as error:
            raise CommandError(str(error)) from None

    def _show(self, row: Remediation) -> None:
        self.stdout.write(f"{row.pk}  {row.status}  {row} in {row.account}")
        for line in row.lines.all():
            status = line.new_status if line.new_status != line.old_status else ""
            words = "  ".join(filter(None, (line.user_name, status, line.note)))
            self.stdout.write(f"  {line.at:%Y-%m-%d %H:%M:%S}  {words}")
