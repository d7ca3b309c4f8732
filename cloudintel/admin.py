"""The admin of the schedule, which comes with a library, in the look of the rest."""

from django.contrib import admin
from django_celery_beat import admin as beat
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from unfold.contrib.filters.admin import BooleanRadioFilter
from unfold.widgets import UnfoldAdminSelectWidget as Select
from unfold.widgets import UnfoldAdminTextInputWidget as TextInput

from cloudintel.people_admin import (
    AttemptAdmin,
    AuditEntryAdmin,
    AuthTokenAdmin,
    GroupAdmin,
    UserAdmin,
)
from syncs.readonly import Admin

__all__ = [
    "AttemptAdmin",
    "AuditEntryAdmin",
    "AuthTokenAdmin",
    "GroupAdmin",
    "UserAdmin",
]

for model in (
    PeriodicTask,
    IntervalSchedule,
    CrontabSchedule,
    # Nobody syncs at sunset, and what is due once is a sync by hand.
    SolarSchedule,
    ClockedSchedule,
):
    admin.site.unregister(model)


class TaskSelect(Select, beat.TaskSelectWidget):  # type: ignore[misc]
    """The tasks that workers know, in the look of the rest."""


class PeriodicTaskForm(beat.PeriodicTaskForm):  # type: ignore[misc]
    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["task"].widget = TextInput()
        self.fields["regtask"].widget = TaskSelect()


@admin.register(PeriodicTask)
class TaskAdmin(beat.PeriodicTaskAdmin, Admin[PeriodicTask]):  # type: ignore[misc]
    form = PeriodicTaskForm
    # Its own one only adds a script in the page, which our pages do not allow.
    change_form_template = "admin/change_form.html"
    list_filter = (("enabled", BooleanRadioFilter), ("one_off", BooleanRadioFilter))


@admin.register(IntervalSchedule)
class IntervalScheduleAdmin(Admin[IntervalSchedule]):
    list_display = ("__str__", "every", "period")


@admin.register(CrontabSchedule)
class CrontabScheduleAdmin(Admin[CrontabSchedule]):
    list_display = ("__str__", "human_readable", "timezone")
    readonly_fields = ("human_readable",)
