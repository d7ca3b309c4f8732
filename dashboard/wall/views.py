"""The wall: what it shows, and the link that signs a screen in."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache

from clouds.models import CloudAccount
from costs.chart import trend_chart
from dashboard.open_items import open_items
from dashboard.spending import spending
from dashboard.wall.access import (
    NoWall,
    remember,
    socket_of,
    user_of,
    wall_token,
)
from insights.models import Recommendation, Verification
from inventory.models import Resource
from live.pages import live_page

REFUSED = 403


@method_decorator(never_cache, name="dispatch")
class WallView(View):
    """The panels, which static/js/wall.js rotates and keeps up to date."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest) -> HttpResponse:
        try:
            user = user_of(request)
        except NoWall as error:
            return refusal(request, str(error))
        # Before the panels are read: what changes meanwhile is read once more.
        live = live_page(request, user, ("dashboard",), socket_of(request))
        context = {"live": live, **panels(user, timezone.now())}
        return render(request, "dashboard/wall.html", context)


@method_decorator(never_cache, name="dispatch")
class WallLinkView(View):
    """Sign a screen in by its link, and go where the address no longer has it."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, text: str) -> HttpResponse:
        try:
            token = wall_token(text)
        except NoWall as error:
            return refusal(request, str(error))
        response = redirect("wall")
        remember(response, text, token, is_secure=request.is_secure())
        return response


def refusal(request: HttpRequest, reason: str) -> HttpResponse:
    context = {"refused": reason}
    return render(request, "dashboard/wall.html", context, status=REFUSED)


def panels(user: User, now: datetime) -> dict[str, Any]:
    """Return what each panel shows of the accounts that this user sees."""
    accounts = CloudAccount.objects.visible_to(user)
    names = dict(accounts.values_list("account_id", "name"))
    found = spending(now, user, names, None, {})
    live = Recommendation.objects.visible_to(user).live()
    instances = Resource.objects.visible_to(user).filter(kind=Resource.Kind.INSTANCE)
    return {
        "now": now,
        "spending": found,
        "currency": found.currency if found else "",
        "chart": trend_chart(found.trend, expected=found.still_expected.per_day)
        if found
        else None,
        "top_changes": found.top_changes if found else (),
        "open_items": open_items(user, found.currency if found else None, None),
        "potential": live.savings_per_currency(),
        "realized": Verification.objects.visible_to(user).realized_per_currency(),
        "states": instances.present().count_per_state(),
        "accounts": len(names),
    }
