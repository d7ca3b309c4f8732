"""The admin's status changes of backfills, from their list and from their page."""

from collections.abc import Callable

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from syncs.backfills.views import change_and_report
from syncs.models import Backfill
from users.audited_admin import Admin, DialogForm, dialog_action

ListAction = Callable[[Admin[Backfill], HttpRequest, QuerySet[Backfill]], None]
PageAction = Callable[[Admin[Backfill], HttpRequest, DialogForm, str], HttpResponse]


def list_action(name: str, description: str) -> ListAction:
    @admin.action(description=description, permissions=["start_backfill"])
    def action(
        model_admin: Admin[Backfill],
        request: HttpRequest,
        backfills: QuerySet[Backfill],
    ) -> None:
        for backfill in backfills:
            change_and_report(request, backfill, name)

    action.__name__ = f"{name}_selected"
    return action


def page_action(name: str, title: str, description: str, icon: str) -> PageAction:
    def action(
        model_admin: Admin[Backfill],
        request: HttpRequest,
        form: DialogForm,
        object_id: str,
    ) -> HttpResponse:
        seen = Backfill.objects.visible_to(request.user)
        backfill = get_object_or_404(seen, pk=object_id)
        change_and_report(request, backfill, name)
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
