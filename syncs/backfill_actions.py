"""What the admin does with backfills: of many from their list, of one from its page."""

from collections.abc import Callable

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from people.audit import record
from syncs.models import Backfill
from syncs.moves import CannotMove, move
from syncs.readonly import Admin, DialogForm, dialog_action
from syncs.start import BrokerUnavailable

ListAction = Callable[[Admin[Backfill], HttpRequest, QuerySet[Backfill]], None]
PageAction = Callable[[Admin[Backfill], HttpRequest, DialogForm, str], HttpResponse]


def moving(name: str, description: str) -> ListAction:
    """The action on selected backfills."""

    @admin.action(description=description, permissions=["start_backfill"])
    def action(
        model_admin: Admin[Backfill],
        request: HttpRequest,
        backfills: QuerySet[Backfill],
    ) -> None:
        for backfill in backfills:
            move_and_say(request, backfill, name)

    action.__name__ = f"{name}_selected"
    return action


def move_here(name: str, title: str, description: str, icon: str) -> PageAction:
    """The same from a backfill's own page, once it is confirmed."""

    def action(
        model_admin: Admin[Backfill],
        request: HttpRequest,
        form: DialogForm,
        object_id: str,
    ) -> HttpResponse:
        seen = Backfill.objects.seen_by(request.user)
        backfill = get_object_or_404(seen, pk=object_id)
        move_and_say(request, backfill, name)
        url = reverse("admin:syncs_backfill_change", args=[backfill.pk])
        return HttpResponse(headers={"HX-Redirect": url})

    action.__name__ = f"{name}_here"
    return dialog_action(
        description=title,
        permissions=["start_backfill"],
        icon=icon,
        dialog={
            "title": f"{title}?",
            "description": description,
            "form_class": DialogForm,
            "form_submit_text": title,
        },
    )(action)


def move_and_say(request: HttpRequest, backfill: Backfill, name: str) -> None:
    try:
        messages.success(request, move(backfill, name, timezone.now()))
    except CannotMove as error:
        messages.error(request, str(error))
        return
    except BrokerUnavailable as error:  # it was started all the same
        messages.error(request, str(error))
    record(request, f"backfill.{name}", backfill)
