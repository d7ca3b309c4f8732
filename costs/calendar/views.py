"""The coverage calendar, and days of several accounts that are read again."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views import View
from django.views.generic import TemplateView

from clouds.models import CloudAccount
from core.money import ZERO
from core.pages import FilteredPage
from core.windows import Window, utc_day
from costs.calendar.account_days import DayState, account_days, months_of
from costs.calendar.filters import CoverageFilter
from costs.calendar.forms import MOST_ACCOUNTS, RereadForm
from costs.models import Restatement
from syncs.backfills.views import change_and_report
from syncs.models import Backfill
from users.audit import actor_of

ACCOUNTS_PER_PAGE = 20
# So many columns of single days fit, and are distinguished.
DAYS_AS_COLUMNS = 31
# The newest days of them; the admin lists all.
CHANGES_LISTED = 100


class CoverageView(FilteredPage):
    """Accounts by day: reconciled, estimated, read, missing."""

    template_name = "costs/coverage.html"
    live_topics = ("costs",)
    permission_required = ("clouds.view_cloudaccount", "costs.view_costtotal")
    filterset_class = CoverageFilter
    paginate_by = ACCOUNTS_PER_PAGE
    queryset = CloudAccount.objects.order_by("name", "id")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["accounts"] = list(self.get_queryset())
        if context["filter"].errors:
            return context
        window = context["filter"].window
        rows = account_days(context["object_list"], window, timezone.now())
        missing = [part for row in rows for part in row.missing]
        context["reread"] = Window(
            min((part.start for part in missing), default=window.start),
            max((part.end for part in missing), default=window.end),
        )
        return context | calendar_of(rows, window)


def calendar_of(rows: Sequence[Any], window: Window) -> dict[str, Any]:
    """Return what the table of the calendar shows: single days, or strips of months."""
    is_by_day = len(window) <= DAYS_AS_COLUMNS
    return {
        "rows": rows,
        "window": window,
        "days": list(window.days()) if is_by_day else [],
        "months": months_of(window),
        "states": list(DayState),
    }


class ProposeRereadView(PermissionRequiredMixin, View):
    """Propose to read days of several accounts again, and lead to their price."""

    permission_required = "syncs.start_backfill"
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        form = RereadForm(request.user, request.POST)
        if not form.is_valid():
            context = {"errors": form.errors.items()}
            return render(request, "costs/reread_refused.html", context, status=400)
        backfills = form.propose(actor_of(request), timezone.now())
        return redirect(address_of(backfills))


def address_of(backfills: Sequence[Backfill]) -> str:
    keys = urlencode({"backfill": [one.pk for one in backfills]}, doseq=True)
    return f"{reverse('reread')}?{keys}"


def asked_backfills(request: HttpRequest, keys: Sequence[str]) -> list[Backfill]:
    """Return the backfills with these keys that the user may see. Raise Http404."""
    numbers = [int(key) for key in keys if key.isdecimal() and len(key) < 10]
    seen = Backfill.objects.visible_to(request.user).select_related("account")
    found = seen.filter(pk__in=numbers[:MOST_ACCOUNTS]).with_progress()
    backfills = list(found.order_by("account__name", "pk"))
    if not backfills:
        raise Http404("There is no such backfill.")
    return backfills


class RereadView(PermissionRequiredMixin, TemplateView):
    """The price of several backfills, their progress, and what they changed."""

    template_name = "costs/reread.html"
    live_topics = ("runs",)
    permission_required = (
        "syncs.view_backfill",
        "costs.view_costtotal",
        "costs.view_restatement",
    )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        keys = self.request.GET.getlist("backfill")
        backfills = asked_backfills(self.request, keys)
        window = Window(
            min(one.start for one in backfills), max(one.end for one in backfills)
        )
        accounts = list({one.account_id: one.account for one in backfills}.values())
        changes = Restatement.objects.visible_to(self.request.user).filter(
            run__backfill_window__backfill__in=backfills
        )
        states = [one.status for one in backfills]
        return super().get_context_data(
            backfills=backfills,
            price=sum((one.estimated_usd for one in backfills), ZERO),
            is_proposed=Backfill.Status.PROPOSED in states,
            is_moving=any(one.is_moving for one in backfills),
            state=" ".join(states),
            changes=list(changes.newest_days()[:CHANGES_LISTED]),
            changed=_sums(changes),
            today=utc_day(timezone.now()),
            **calendar_of(account_days(accounts, window, timezone.now()), window),
            **kwargs,
        )


def _sums(changes: Any) -> dict[str, tuple[int, Decimal]]:
    """Return per currency how many days changed, and by how much in all."""
    found: dict[str, tuple[int, Decimal]] = defaultdict(lambda: (0, ZERO))
    for currency, old, new in changes.values_list(
        "currency", "old_billed", "new_billed"
    ):
        count, total = found[currency]
        found[currency] = (count + 1, total + new - old)
    return dict(found)


class ChangeRereadView(PermissionRequiredMixin, View):
    """Start, or cancel, several backfills at once."""

    permission_required = "syncs.start_backfill"
    http_method_names = ["post"]
    name = "start"

    def post(self, request: HttpRequest) -> HttpResponse:
        backfills = asked_backfills(request, request.POST.getlist("backfill"))
        for one in backfills:
            if one.is_open:
                change_and_report(request, one, self.name)
        return redirect(address_of(backfills))
