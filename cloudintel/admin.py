"""The admin of what comes with libraries, in the look of the rest: users, groups,
API tokens and the schedule."""

from django.contrib import admin
from django.contrib.auth import admin as auth
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from django_celery_beat import admin as beat
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from knox.models import AuthToken
from unfold.contrib.filters.admin import AutocompleteSelectFilter, BooleanRadioFilter
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminSelectWidget as Select
from unfold.widgets import UnfoldAdminTextInputWidget as TextInput

from syncs.columns import linked
from syncs.readonly import Admin, ReadOnlyAdmin

for model in (
    User,
    Group,
    AuthToken,
    PeriodicTask,
    IntervalSchedule,
    CrontabSchedule,
    # Nobody syncs at sunset, and what is due once is a sync by hand.
    SolarSchedule,
    ClockedSchedule,
):
    admin.site.unregister(model)


@admin.register(User)
class UserAdmin(auth.UserAdmin[User], Admin[User]):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_filter = (
        ("is_active", BooleanRadioFilter),
        ("is_staff", BooleanRadioFilter),
        ("is_superuser", BooleanRadioFilter),
        ("groups", AutocompleteSelectFilter),
    )


@admin.register(Group)
class GroupAdmin(auth.GroupAdmin, Admin[Group]):
    pass


@admin.register(AuthToken)
class AuthTokenAdmin(ReadOnlyAdmin[AuthToken]):
    """Tokens are made by `create_token`, which shows one once; here they are revoked.

    Only a token's digest is stored, so there is nothing else to see or to change.
    """

    list_display = ("token_key", linked("user", "user__username"), "created", "expiry")
    list_select_related = ("user",)
    list_filter = (("user", AutocompleteSelectFilter),)
    search_fields = ("token_key", "user__username")
    search_help_text = "The first letters of a token, or a user's name."
    date_hierarchy = "created"
    ordering = ("-created", "digest")
    fields = ("token_key", "user", "created", "expiry")

    def has_delete_permission(
        self, request: HttpRequest, obj: AuthToken | None = None
    ) -> bool:
        return request.user.has_perm("knox.delete_authtoken")


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
    list_filter = (("enabled", BooleanRadioFilter), ("one_off", BooleanRadioFilter))


@admin.register(IntervalSchedule)
class IntervalScheduleAdmin(Admin[IntervalSchedule]):
    list_display = ("__str__", "every", "period")


@admin.register(CrontabSchedule)
class CrontabScheduleAdmin(Admin[CrontabSchedule]):
    list_display = ("__str__", "human_readable", "timezone")
    readonly_fields = ("human_readable",)
