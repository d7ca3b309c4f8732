"""The page of health: each component now, and the last 90 days as bars."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.utils import timezone
from django.views.generic import TemplateView

from clouds.models import CloudAccount
from core.pages import ListPages
from monitoring.health.components import COMPONENTS
from monitoring.health.history import (
    PAGE_DAYS,
    ComponentHistory,
    DayBars,
    day_bars,
    first_moment,
    histories,
    label_of,
)
from monitoring.health.newest import (
    newest_findings_for,
    newest_of_accounts,
    worst_state,
)
from monitoring.health.recording import Finding
from monitoring.models import HealthPeriod, HealthState

ACCOUNTS_PER_PAGE = 20
Line = tuple[ComponentHistory, DayBars]


class HealthView(PermissionRequiredMixin, TemplateView):
    template_name = "monitoring/health.html"
    permission_required = "monitoring.view_healthperiod"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now, user = timezone.now(), self.request.user
        findings = {one.component: one for one in newest_findings_for(user, now)}
        rows = HealthPeriod.objects.visible_to(user)
        accounts = (
            CloudAccount.objects.enabled().visible_to(user).order_by("name", "id")
        )
        page = ListPages(accounts, ACCOUNTS_PER_PAGE).get_page(
            self.request.GET.get("page")
        )
        by_name = {f"account-{one.pk}": one for one in page}
        mine = rows.filter(component__in=by_name)
        return super().get_context_data(
            worst=worst_state([*findings.values()]),
            is_starting="workers" not in findings,
            bad=[
                (label_of(one.component), one)
                for one in findings.values()
                if one.state != HealthState.OK
            ],
            components=_lines(rows, findings, {}, COMPONENTS, now),
            accounts=_lines(mine, newest_of_accounts(mine, now), by_name, by_name, now),
            page_obj=page,
            days=PAGE_DAYS,
            **kwargs,
        )


def _lines(
    rows: Any,
    findings: Mapping[str, Finding],
    accounts: Mapping[str, CloudAccount],
    names: Iterable[str],
    now: datetime,
) -> Sequence[Line]:
    recent = rows.filter(starts_at__gte=first_moment(now))
    found = histories(recent, findings, accounts, [*names])
    return [(one, day_bars(one, now)) for one in found]
