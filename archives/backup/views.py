"""The page of backups: how old the newest is, whether it is proven, which are kept."""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views import View
from django.views.generic import ListView

from archives.backup.api import MAKE
from archives.backup.models import Backup
from archives.backup.queue import NotNow, ask_for_backup, ask_for_verification
from archives.backup.schedule import kept_of, next_planned
from clouds.permissions import AllAccountsMixin
from core.pages import ListPages
from syncs.runs.start import BrokerUnavailable
from users.audit import Actor, actor_of


class BackupsView(AllAccountsMixin, ListView[Backup]):
    template_name = "archives/backups.html"
    live_topics = ("backups",)
    permission_required = "archives.view_backup"
    paginate_by = 25
    paginator_class = ListPages
    queryset = Backup.objects.order_by("-made_at", "-id")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context, now = super().get_context_data(**kwargs), timezone.now()
        made = Backup.objects.all()
        kept = kept_of(made.done().order_by("-made_at", "-id"))
        return context | {
            "backups": [(row, kept.get(row, "")) for row in context["object_list"]],
            "newest": made.made_by(now).first(),
            "proven": made.newest_verified(),
            "next_at": next_at(now),
            "may_make": self.request.user.has_perm(MAKE),
            "at_work": made.at_work().first(),
            "place": settings.BACKUP_PLACE,
            "is_on_this_machine": is_on_this_machine(),
        }


class AskView(AllAccountsMixin, View):
    """Has a worker do something, and says so on the page of backups."""

    permission_required = ("archives.view_backup", MAKE)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: int) -> HttpResponse:
        try:
            messages.success(request, self.ask(timezone.now(), actor_of(request)))
        except (NotNow, BrokerUnavailable) as error:
            messages.error(request, str(error))
        return redirect("backups")

    def ask(self, now: datetime, by: Actor) -> str:
        """Return what is said of it. Raises NotNow and BrokerUnavailable."""
        raise NotImplementedError


class BackUpView(AskView):
    def ask(self, now: datetime, by: Actor) -> str:
        ask_for_backup(now, by)
        return "A backup was queued; a worker makes it."


class VerifyView(AskView):
    def ask(self, now: datetime, by: Actor) -> str:
        row = get_object_or_404(Backup, pk=self.kwargs["pk"])
        ask_for_verification(row, now, by)
        return "The verification was queued; a worker restores the backup and compares."


def next_at(now: datetime) -> datetime | None:
    return next_planned(now) if settings.BACKUP_DAILY else None


def is_on_this_machine() -> bool:
    """Return whether backups are lost with the database that they are of."""
    return Path(settings.BACKUP_PLACE).is_relative_to(settings.STATE_DIR)
