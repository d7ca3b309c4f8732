"""The roles viewer, operator and administrator: groups of Django's with permissions.

They are made and topped up after each migration, as permissions exist only then.
Whoever needs something else makes a group of his own beside them.
"""

from enum import StrEnum
from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed
from django.contrib.auth.models import Group, User
from django.db.models import Q

# What is looked at; `people` itself is for administrators.
DATA = ("syncs", "inventory", "costs", "metrics", "insights")
# What comes with libraries and is administered.
LIBRARIES = ("auth", "knox", "axes", "django_celery_beat")
STARTING = ("start_sync", "start_backfill")


class Role(StrEnum):
    """Each may do what those before it may."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"


def give(user: User, role: Role | str) -> None:
    """Makes that the user's one role; groups that are no role stay.

    An administrator works in the admin, so he may enter it. Raises ValueError for a
    role that does not exist.
    """
    role = Role(role)
    user.groups.remove(*Group.objects.filter(name__in=Role).exclude(name=role))
    user.groups.add(Group.objects.get(name=role))
    if role == Role.ADMINISTRATOR and not user.is_staff:
        user.is_staff = True
        user.save(update_fields=["is_staff"])
    # Django keeps what it was asked before on the user.
    for known in ("_perm_cache", "_group_perm_cache"):
        vars(user).pop(known, None)


def top_up(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """Gives each role what it may do in the app `sender`, whose permissions are there.

    Nothing is taken away. It follows each migration, and each flush of a database.
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
    """Which permissions of that app the role has."""
    nothing, everything = Q(pk=None), Q()
    if role == Role.ADMINISTRATOR:
        if app == "admin":
            return Q(codename="view_logentry")
        return everything if app in (*DATA, "people", *LIBRARIES) else nothing
    if app not in DATA:
        return nothing
    seen = Q(codename__startswith="view_")
    if role == Role.VIEWER:
        return seen
    # Insights are worked on: judged, dismissed, answered. Nobody deletes them.
    worked_on = ~Q(codename__startswith="delete_") if app == "insights" else nothing
    return seen | Q(codename__in=STARTING) | worked_on
