"""The admin of the schedule: that of django-celery-beat, styled like the rest.

It is closed to users who are limited to some accounts: its tasks concern all of them.
"""

from typing import Any, cast

import orjson
from celery.schedules import ParseException
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django_celery_beat import admin as beat
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from unfold.widgets import UnfoldAdminSelectWidget as Select
from unfold.widgets import UnfoldAdminTextInputWidget as TextInput

from users.audit import record_each
from users.audited_admin import UnlimitedUsersAdmin

Tasks = QuerySet[PeriodicTask]

for model in (
    PeriodicTask,
    IntervalSchedule,
    CrontabSchedule,
    # Not used: syncs at sunset; a one-off sync is started by hand.
    SolarSchedule,
    ClockedSchedule,
):
    admin.site.unregister(model)


class TaskSelect(Select, beat.TaskSelectWidget):  # type: ignore[misc]
    """The registered tasks, styled like the rest."""


def is_json(text: str) -> None:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ValidationError(f"This is no valid JSON: {error}.") from None


class PeriodicTaskForm(beat.PeriodicTaskForm):  # type: ignore[misc]
    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["task"].widget = TextInput()
        self.fields["regtask"].widget = TaskSelect()
        # The library's own check breaks on what is nested too deep.
        for name in ("args", "kwargs"):
            self.fields[name].validators.append(is_json)


@admin.register(PeriodicTask)
class TaskAdmin(beat.PeriodicTaskAdmin, UnlimitedUsersAdmin[PeriodicTask]):  # type: ignore[misc]
    form = PeriodicTaskForm
    # The library's template adds an inline script, which our CSP forbids.
    change_form_template = "admin/change_form.html"
    list_filter = ("enabled", "one_off")
    actions = ("enable_tasks", "disable_tasks", "run_tasks")

    def get_readonly_fields(
        self, request: HttpRequest, obj: PeriodicTask | None = None
    ) -> tuple[str, ...]:
        """A task of ours keeps its name, by which the next start finds it."""
        fields = tuple(super().get_readonly_fields(request, obj))
        return (*fields, "name") if _is_ours(obj) else fields

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A task of ours can be disabled; the next start would bring it back."""
        return super().has_delete_permission(request, obj) and not _is_ours(obj)

    # The library checks no permission and writes no audit entry.
    @admin.action(description="Enable selected tasks", permissions=["change"])
    def enable_tasks(self, request: HttpRequest, queryset: Tasks) -> None:
        record_each(request, "periodictask.enable", queryset)
        super().enable_tasks(request, queryset)

    @admin.action(description="Disable selected tasks", permissions=["change"])
    def disable_tasks(self, request: HttpRequest, queryset: Tasks) -> None:
        record_each(request, "periodictask.disable", queryset)
        super().disable_tasks(request, queryset)

    @admin.action(description="Run selected tasks now", permissions=["change"])
    def run_tasks(self, request: HttpRequest, queryset: Tasks) -> None:
        record_each(request, "periodictask.run", queryset)
        super().run_tasks(request, queryset)


def _is_ours(task: PeriodicTask | None) -> bool:
    return task is not None and task.name in settings.CELERY_BEAT_SCHEDULE


@admin.register(IntervalSchedule)
class IntervalScheduleAdmin(UnlimitedUsersAdmin[IntervalSchedule]):
    list_display = ("__str__", "every", "period")


@admin.display(description="human readable")
def in_words(schedule: CrontabSchedule) -> str:
    try:
        words: str = schedule.human_readable
    except ParseException:  # a form shows again what was refused
        return "-"
    return words


@admin.register(CrontabSchedule)
class CrontabScheduleAdmin(UnlimitedUsersAdmin[CrontabSchedule]):
    list_display = ("__str__", in_words, "timezone")
    readonly_fields = cast("tuple[str, ...]", (in_words,))
