"""Actions on the pages of recommendations, anomalies and resources."""

from typing import Any

from django import template

from clouds.registry import CLOUDS, acts_for
from insights.models import Anomaly, Recommendation, Remediation
from insights.remediation.proposals import Proposal, proposal_of, proposals_of, why_not
from inventory.models import Resource

register = template.Library()

SHOWN = 5


@register.inclusion_tag("insights/parts/remediation.html", takes_context=True)
def remediation_panel(context: dict[str, Any], row: Any) -> dict[str, Any]:
    """Show its actions, and those that may be proposed. A few queries."""
    request = context["request"]
    user = request.user
    if not user.has_perm("insights.view_remediation"):
        return {}
    rows = Remediation.objects.about(row).visible_to(user)
    related = ("account", "resource", "run__account")
    given = rows.newest_open_first().select_related(*related)[:SHOWN]
    may_propose = user.has_perm("insights.add_remediation")
    proposals = _proposals(row, user) if may_propose else []
    accounts = {one.account for one in proposals}
    return {
        "given": given,
        "proposals": [(one, why_not(one)) for one in proposals],
        "is_off": bool(accounts) and not any(map(acts_for, accounts)),
        "is_shown": bool(given or proposals),
        "anomaly": row if isinstance(row, Anomaly) else None,
        "next": request.get_full_path(),
        "csrf_token": context["csrf_token"],
    }


def _proposals(row: Any, user: Any) -> list[Proposal]:
    if isinstance(row, Recommendation):
        found = proposal_of(row)
        return [found] if found else []
    if isinstance(row, Resource):
        advised = _of_recommendations(_live(user).filter(resource=row.pk))
        kinds = {one.kind for one in advised}
        return [*advised, *(one for one in proposals_of(row) if one.kind not in kinds)]
    return _of_recommendations(_of_anomaly(row, user))


def _of_recommendations(rows: Any) -> list[Proposal]:
    found = [proposal_of(one) for one in rows[:SHOWN]]
    return [one for one in found if one is not None]


def _live(user: Any) -> Any:
    if not user.has_perm("insights.view_recommendation"):
        return Recommendation.objects.none()
    live = Recommendation.objects.visible_to(user).live().largest_saving_first()
    return live.select_related("account", "resource__account")


def _of_anomaly(anomaly: Anomaly, user: Any) -> Any:
    """Return the largest savings where it costs: its resources, or else its region."""
    if anomaly.resource_id is not None:
        return _live(user).filter(resource=anomaly.resource_id)
    if anomaly.account_id is None or anomaly.direction != Anomaly.Direction.UP:
        return Recommendation.objects.none()
    rows = _live(user).filter(account=anomaly.account_id)
    if ids := _ids_of_causes(anomaly):
        return rows.filter(resource__resource_id__in=ids)
    if anomaly.service:
        rows = rows.filter(resource__kind__in=_charged_as(anomaly))
    return rows.filter(resource__region=anomaly.region) if anomaly.region else rows


def _ids_of_causes(anomaly: Anomaly) -> set[str]:
    """The ids that the inventory may have of what the lines of a bill name: of AWS the
    end of an ARN, of Azure in lower case."""
    named = {cause["resource"] for cause in anomaly.line_causes if cause["resource"]}
    return {
        one for name in named for one in (name, name.lower(), name.rpartition("/")[2])
    }


def _charged_as(anomaly: Anomaly) -> list[str]:
    """The kinds of resources whose charges are under its service on the bill."""
    account = anomaly.account
    kinds = CLOUDS[account.provider].charged_under if account else {}
    return [kind for kind, services in kinds.items() if anomaly.service in services]
