"""The admin of each subject of this room, which Django finds here."""

import syncs.accounts.admin
import syncs.api_usage.admin
import syncs.backfills.admin
import syncs.incidents.admin
import syncs.runs.admin
import syncs.scheduler.admin  # noqa: F401 - they register themselves
