"""The roles viewer, operator and administrator: Django groups with permissions.

They are created and updated after each migration, when the permissions exist. For
anything in between, create another group.
"""

from enum import StrEnum
from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed
from django.contrib.auth.models import Group, User
from django.db.models import Q

# Apps with data; `users` is for administrators.
DATA = (
    "clouds",
    "alerts",
    "syncs",
    "inventory",
    "costs",
    "pricing",
    "metrics",
    "carbon",
    "insights",
    "monitoring",
    "archives",
    "assistant",
    "dashboard",
)
# What operators may do beside viewing.
OPERATED = (
    *("start_sync", "start_backfill", "assign_resource"),
    *("acknowledge_notice", "add_metricpoint", "publish_metrics", "make_backup"),
)
# Apps of libraries that administrators manage.
LIBRARIES = ("auth", "axes", "django_celery_beat")


class Role(StrEnum):
    """Each role includes those before it."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> str:
        return self.value.capitalize()


def role_of(user: User) -> str:
    """Return the user's role; empty without one. Reads groups that are prefetched."""
    names = {group.name for group in user.groups.all()}
    return next((role.value for role in reversed(Role) if role in names), "")


def assign_role(user: User, role: Role | str) -> None:
    """Set the user's only role; other groups stay.

    An administrator gets access to the admin, and loses it with the role. Raise
    ValueError for an unknown role.
    """
    role = Role(role)
    held = {group.name: group for group in user.groups.filter(name__in=Role)}
    user.groups.remove(*(group for name, group in held.items() if name != role))
    if role not in held:
        user.groups.add(Group.objects.get(name=role))
    if Role.ADMINISTRATOR in (role, *held):
        user.is_staff = role == Role.ADMINISTRATOR
        user.save(update_fields=["is_staff"])
    # Django caches permissions on the user.
    for cache in ("_perm_cache", "_group_perm_cache"):
        vars(user).pop(cache, None)


def sync_role_permissions(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """Give each role its permissions of the app `sender`; remove none.

    Called after each migration and each flush of a database.
    """
    apps = kwargs.get("apps", installed)
    try:
        groups = apps.get_model("auth", "Group").objects.using(using)
        permissions = apps.get_model("auth", "Permission").objects.using(using)
    except LookupError:
        return  # django.contrib.auth is not migrated yet
    own = permissions.filter(content_type__app_label=sender.label)
    for role in Role:
        group, _ = groups.get_or_create(name=role.value)
        group.permissions.add(*own.filter(permitted(role, sender.label)))


def permitted(role: Role, app: str) -> Q:
    if role == Role.ADMINISTRATOR:
        if app == "admin":
            return Q(codename="view_logentry")
        return Q() if app in (*DATA, "users", *LIBRARIES) else Q(pk=None)
    if app not in DATA:
        return Q(pk=None)
    if role == Role.OPERATOR and app == "insights":
        return ~Q(codename__startswith="delete_") & ~Q(codename="approve_remediation")
    viewed = Q(codename__startswith="view_")
    if role == Role.VIEWER:
        return viewed
    return viewed | Q(codename__in=OPERATED)
