"""When this installation was made."""

from datetime import datetime

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Min


def installed_at() -> datetime:
    """Return when its database was first migrated. One query."""
    applied = MigrationRecorder(connection).migration_qs
    first: datetime = applied.aggregate(first=Min("applied"))["first"]
    return first
