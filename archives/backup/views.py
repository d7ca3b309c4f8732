"""The page of backups: how old the newest is, whether it is proven, which are kept."""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.utils import timezone
from django.views.generic import ListView

from archives.backup.models import Backup
from archives.backup.schedule import kept_of, next_planned
from core.pages import ListPages


class BackupsView(PermissionRequiredMixin, ListView[Backup]):
    template_name = "archives/backups.html"
    permission_required = "archives.view_backup"
    paginate_by = 25
    paginator_class = ListPages

    def get_queryset(self) -> Any:
        seen = Backup.objects.visible_to(self.request.user)
        return seen.order_by("-made_at", "-id")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context, now = super().get_context_data(**kwargs), timezone.now()
        seen = Backup.objects.visible_to(self.request.user)
        kept = kept_of(seen.done().order_by("-made_at", "-id"))
        return context | {
            "backups": [(row, kept.get(row, "")) for row in context["object_list"]],
            "newest": seen.made_by(now).first(),
            "proven": seen.newest_verified(),
            "next_at": next_at(now),
            "place": settings.BACKUP_PLACE,
            "is_on_this_machine": is_on_this_machine(),
        }


def next_at(now: datetime) -> datetime | None:
    return next_planned(now) if settings.BACKUP_DAILY else None


def is_on_this_machine() -> bool:
    """Return whether backups are lost with the database that they are of."""
    return Path(settings.BACKUP_PLACE).is_relative_to(settings.STATE_DIR)
