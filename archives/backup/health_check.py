"""Whether there is a backup that is young, and proven by restoring one."""

from datetime import datetime, timedelta

from django.conf import settings

from archives.backup.models import Backup
from archives.backup.schedule import VERIFIED_EACH, last_planned
from core.db.installed_at import installed_at
from core.windows import ONE_DAY
from monitoring.health.components import Component, Degraded, Down, NotMeasured

# What a backup and its proof may take until somebody should look.
PATIENCE = timedelta(hours=2)


def check_backups(now: datetime) -> str:
    """Two queries, and a third where there is no backup yet."""
    newest = Backup.objects.made_by(now).first()
    last = Backup.objects.newest_verified()
    if newest is None:
        first = last_planned(now)
        if not settings.BACKUP_DAILY or installed_at() >= first:
            raise NotMeasured
        if now < first + PATIENCE:
            raise Degraded("There is no backup yet.")
        raise Down("There is no backup. Operations, Backups says why.")
    hours = (now - newest.made_at).total_seconds() / 3600
    age = f"The newest backup is {hours:,.0f} hours old"
    if settings.BACKUP_DAILY and newest.made_at < now - ONE_DAY - PATIENCE:
        raise Down(f"{age}. Operations, Backups says why.")
    if last is None or last.verified_at is None:
        raise Degraded(f"{age}, and none was verified by a restore.")
    if last.verification_error:
        raise Down("The backup that was restored last failed: see Operations, Backups.")
    days = (now - last.verified_at).days
    proof = f"one was verified {days:,} days ago"
    if now - last.verified_at > VERIFIED_EACH + ONE_DAY:
        raise Degraded(f"{age}; {proof}.")
    return f"{age}; {proof}."


BACKUPS = Component("backups", "Backups", check_backups)
