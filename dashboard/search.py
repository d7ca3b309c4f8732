"""One search over what has a name: pages, saved views, accounts, services, budgets,
resources."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import BooleanField, ExpressionWrapper, F, Q
from django.urls import reverse

from clouds.models import CloudAccount
from core.api.permissions import view_right
from core.windows import last_complete_days
from costs.queries.plain_values import DEFAULT_DAYS
from costs.queries.source import CostSource
from dashboard.places import PAGE_OF, PLACES, VIEW_COSTS
from insights.models import Budget
from inventory.kinds import KINDS
from inventory.models import Resource
from users.models import SavedView

# Of each kind; a longer list is what filters are for.
LISTED = 6


@dataclass(frozen=True, slots=True)
class Hit:
    kind: str
    """page, view, account, service, budget or resource."""
    name: str
    detail: str
    url: str


def search(text: str, user: User, now: datetime) -> list[Hit]:
    """Return what this user may see that has the text in a name, an ID or an address.

    Five queries at most.
    """
    text = text.strip()
    if not text:
        return []
    kinds = (
        _pages(text, user),
        _views(text, user),
        _accounts(text, user),
        _services(text, user, now),
        _budgets(text, user),
        _resources(text, user),
    )
    return [hit for found in kinds for hit in islice(found, LISTED)]


def _pages(text: str, user: User) -> Iterator[Hit]:
    """Those of which each word of the text is the beginning of one."""
    wanted = text.lower().split()
    for place in PLACES:
        for page in place.pages:
            words = f"{place.label} {page.label} {page.words}".lower().split()
            is_meant = all(any(w.startswith(one) for w in words) for one in wanted)
            if is_meant and page.is_visible_to(user):
                yield Hit("page", page.label, place.label, reverse(page.route))


def _views(text: str, user: User) -> Iterator[Hit]:
    found = SavedView.objects.visible_to(user).filter(name__icontains=text)
    for one in found.select_related("user")[:LISTED]:
        by = "Saved view" if one.user_id == user.pk else f"Shared by {one.user}"
        yield Hit("view", one.name, by, one.address)


def _accounts(text: str, user: User) -> Iterator[Hit]:
    """Each leads to all pages of it, from home on."""
    if not user.has_perm(view_right(CloudAccount)):
        return
    found = CloudAccount.objects.visible_to(user).searched(text)
    for one in found.only("name", "account_id", "provider")[:LISTED]:
        url = f"{reverse('summary')}?{urlencode({'account': one.account_id})}"
        detail = f"{one.get_provider_display()} {one.account_id}"
        yield Hit("account", one.name, detail, url)


def _services(text: str, user: User, now: datetime) -> Iterator[Hit]:
    """Those of the days that their page shows first."""
    if not user.has_perm(VIEW_COSTS):
        return
    days = last_complete_days(DEFAULT_DAYS, now)
    rows = CostSource.visible_to(user).in_window(days).by("service").order_by("service")
    named = rows.filter(service__icontains=text).values_list("service", flat=True)
    for name in named.distinct()[:LISTED]:
        url = f"{reverse('costs')}?{urlencode({'service': name})}"
        yield Hit("service", name, "Costs", url)


def _budgets(text: str, user: User) -> Iterator[Hit]:
    if not PAGE_OF["budgets"].is_visible_to(user):
        return
    found = Budget.objects.visible_to(user).filter(name__icontains=text)
    for one in found[:LISTED]:
        yield Hit("budget", one.name, one.get_scope_display(), one.get_absolute_url())


def _resources(text: str, user: User) -> Iterator[Hit]:
    """What has just this name, then what is there before what is gone."""
    kinds = [
        kind
        for kind, traits in KINDS.items()
        if user.has_perm(f"inventory.view_{traits.model._meta.model_name}")
    ]
    seen = Resource.objects.visible_to(user).filter(kind__in=kinds).search(text)
    exact_first = ExpressionWrapper(Q(name__iexact=text), BooleanField()).desc()
    present_first = F("gone_since").desc(nulls_first=True)
    ordered = seen.order_by(exact_first, present_first, "name", "id")
    found = list(ordered.select_related("account")[: LISTED + 1])
    has_more = len(found) > LISTED and PAGE_OF["resources"].is_visible_to(user)
    for one in found[: LISTED - has_more]:
        gone = f", {one.gone_word}" if one.is_gone else ""
        detail = f"{one.get_kind_display()} in {one.account.name}{gone}"
        yield Hit("resource", one.name or one.short_id, detail, one.get_absolute_url())
    if has_more:
        url = f"{reverse('resources')}?{urlencode({'search': text})}"
        yield Hit("page", f"All resources with “{text}”", "Resources", url)
