"""Saving a view, changing it and deleting it: pages and the API do it here, audited."""

from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest
from rest_framework.request import Request

from core.refusals import Refusal
from users.audit import record
from users.changes import values_changed
from users.models import SavedView

MOST_VIEWS = 200
FIELDS = ("name", "address", "is_shared")
# Where somebody was in a list, and as which file, is no part of a view.
LEFT_OUT = ("page", "after", "format")


class InvalidName(Refusal):
    """Why a view cannot be saved under its name."""

    field = "name"


@transaction.atomic
def save_view(request: HttpRequest | Request, values: dict[str, Any]) -> SavedView:
    """Save a view for the user; one of theirs with this name is replaced."""
    assert isinstance(request.user, User)  # noqa: S101 - for the type checker
    own = SavedView.objects.filter(user=request.user)
    if before := own.filter(name=values["name"]).first():
        return change_view(before, request, values)
    if own.count() >= MOST_VIEWS:
        raise InvalidName(
            f"You have {MOST_VIEWS} saved views. Delete some to save others."
        )
    view = SavedView(user=request.user, **_stored_values(values))
    view.save()
    values_saved: dict[str, Any] = values_changed(None, view, FIELDS)
    record(request, "savedview.add", view, **values_saved)
    return view


@transaction.atomic
def change_view(
    view: SavedView, request: HttpRequest | Request, values: dict[str, Any]
) -> SavedView:
    """Change a view. Raise PermissionDenied if it is somebody else's, InvalidName if
    its user has another of the new name."""
    _require_own(view, request)
    namesakes = SavedView.objects.filter(user=view.user_id, name=values.get("name"))
    if namesakes.exclude(pk=view.pk).exists():
        raise InvalidName("Another saved view has this name. Choose another name.")
    before = SavedView.objects.get(pk=view.pk)
    for name, value in _stored_values(values).items():
        setattr(view, name, value)
    changes: dict[str, Any] = values_changed(before, view, FIELDS)
    if changes:
        view.save(update_fields=list(changes))
        record(request, "savedview.change", view, **changes)
    return view


@transaction.atomic
def delete_view(view: SavedView, request: HttpRequest | Request) -> None:
    """Delete a view. Raise PermissionDenied if it is somebody else's."""
    _require_own(view, request)
    record(request, "savedview.delete", view, address=view.address)
    view.delete()


def _require_own(view: SavedView, request: HttpRequest | Request) -> None:
    if not view.may_be_changed_by(request.user):
        raise PermissionDenied("Only the user who saved a view changes it.")


def _stored_values(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values, the address without what is no part of a view."""
    if "address" not in values:
        return values
    parts = urlsplit(values["address"])
    asked = [one.partition("=") for one in parts.query.split("&")]
    # As it is written: written again, it could be too long.
    query = "&".join(
        f"{name}={value}" for name, _, value in asked if value and name not in LEFT_OUT
    )
    return {**values, "address": f"{parts.path}?{query}" if query else parts.path}
