"""What stands around every page: where one can go, what it is limited to."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone

from clouds.access import limit_of
from clouds.labels import account_labels, clouds_of
from clouds.models import CloudAccount
from costs.queries.links import quick_ranges
from dashboard.attention import Need, needs_attention
from dashboard.places import HOME, PAGE_OF, PLACES, Page, Place
from dashboard.scope import LEFT_OUT, Scope
from users.models import SavedView

# Parameters of the days that a page is of.
PERIOD = ("period", "start", "end")
# Of the session: the scope of the list that was open last.
SCOPE = "scope"
# Beyond so many, an account is found by search.
LISTED_ACCOUNTS = 12


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class PlaceLink:
    """A place, and those of its pages that the user may see."""

    label: str
    icon: str
    url: str
    is_current: bool
    pages: Sequence[Link]
    is_beside: bool


class Frame:
    """Computed where a template asks for it, once: an error page asks nothing."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @classmethod
    def of(cls, request: HttpRequest) -> "Frame":
        """Return the request's own, so that its view and template ask once."""
        found: Frame = request.__dict__.setdefault("frame", cls(request))
        return found

    @cached_property
    def page(self) -> Page | None:
        """The page that is open, or that is above what is open."""
        match = self.request.resolver_match
        return PAGE_OF.get(match.view_name) if match else None

    @cached_property
    def accounts(self) -> list[CloudAccount]:
        return list(CloudAccount.objects.visible_to(self.request.user))

    @cached_property
    def names(self) -> dict[str, str]:
        return account_labels(self.accounts)

    @cached_property
    def limit(self) -> str:
        return limit_of(self.request.user)

    @cached_property
    def needs(self) -> list[Need]:
        return needs_attention(self.request.user, timezone.now())

    @property
    def waiting(self) -> int:
        return sum(need.count for need in self.needs)

    @cached_property
    def scope(self) -> Scope:
        """What the address limits the page to. One of a single thing keeps the scope
        of the list before it, for the links that lead on."""
        asked = Scope.of(self.request.GET, self.accounts)
        match, session = self.request.resolver_match, self.request.session
        if not (match and self.page):
            return asked
        stored = session.get(SCOPE, "")
        if match.view_name in self.page.also:
            return asked or Scope.of(QueryDict(stored), self.accounts)
        if asked.query != stored:
            session[SCOPE] = asked.query
        return asked

    @cached_property
    def places(self) -> list[PlaceLink]:
        found = (self._link(place) for place in PLACES)
        return [place for place in found if place]

    @property
    def place(self) -> PlaceLink | None:
        """The place that is open; its pages are the second line of links."""
        return next((one for one in self.places if one.is_current), None)

    @property
    def above(self) -> Link | None:
        """The page that is above the page of one thing."""
        pages = self.place.pages if self.place else ()
        return next((one for one in pages if one.is_current), None)

    @property
    def scope_query(self) -> str:
        """What limits the list above the open page to its scope."""
        parameters = self.scope.parameters(self.page) if self.page else {}
        return urlencode(parameters, doseq=True)

    def _link(self, place: Place) -> PlaceLink | None:
        seen = [one for one in place.pages if one.is_visible_to(self.request.user)]
        links = [
            Link(one.label, address(one, self._parameters_of(one)), one == self.page)
            for one in seen
        ]
        if not links:
            return None
        is_current = self.page in place.pages
        url = links[0].url
        return PlaceLink(
            place.label, place.icon, url, is_current, links, place.is_beside
        )

    def _parameters_of(self, page: Page) -> dict[str, Any]:
        """Return the scope and period of this page, for a link to that one."""
        parameters = self.scope.parameters(page)
        if page.has_period and self.page and self.page.has_period:
            asked = self.request.GET
            parameters |= {name: asked[name] for name in PERIOD if asked.get(name)}
        return parameters

    @property
    def periods(self) -> list[Link]:
        """The periods to choose from, on the open page or else that of costs."""
        page = self.page if self.page and self.page.has_period else PAGE_OF["costs"]
        if not page.is_visible_to(self.request.user):
            return []
        match = self.request.resolver_match
        is_open = match is not None and match.view_name == page.route
        asked = self.request.GET
        left_out = {*PERIOD, "previous_start", "previous_end", "page"}
        rest = {n: v for n, v in asked.lists() if n not in left_out} if is_open else {}
        parameters = {**rest, **self.scope.parameters(page)}
        return [
            Link(
                label,
                address(page, {**parameters, "period": name}),
                is_open and asked.get("period") == name,
            )
            for name, label, _ in quick_ranges(timezone.now(), raw_days=0)
        ]

    @property
    def scope_label(self) -> str:
        return self.scope.label(self.names)

    @property
    def scopes(self) -> list[Link]:
        """What the open page, or else home, can be limited to."""
        clouds = clouds_of(self.accounts)
        found = [("All accounts", Scope())]
        if len(clouds) > 1:
            found += [(str(one.label), Scope(providers=(one.value,))) for one in clouds]
        listed = list(self.names.items())[:LISTED_ACCOUNTS]
        found += [(name, Scope(accounts=(one,))) for one, name in listed]
        return [Link(label, self._limited(to), to == self.scope) for label, to in found]

    @property
    def is_list(self) -> bool:
        """Whether the open page has filters, so that it can be saved as a view."""
        match, page = self.request.resolver_match, self.page
        if not (match and page and (page.accounts or page.has_period)):
            return False
        return match.view_name in (page.route, *page.views)

    @cached_property
    def saved_views(self) -> list[SavedView]:
        """What was saved of the open page, one's own first."""
        user = self.request.user
        found = SavedView.objects.of_page(self.request.path).visible_to(user)
        return sorted(found, key=lambda one: one.user_id != user.pk)

    @property
    def unlisted(self) -> int:
        return max(0, len(self.accounts) - LISTED_ACCOUNTS)

    def _limited(self, scope: Scope) -> str:
        page = self.page if self.page and self.page.accounts else HOME
        match = self.request.resolver_match
        if not match or match.view_name != page.route:
            return address(page, scope.parameters(page))
        parameters = {
            name: values
            for name, values in self.request.GET.lists()
            if name not in LEFT_OUT
        }
        return address(page, {**parameters, **scope.parameters(page)})


def address(page: Page, parameters: dict[str, Any]) -> str:
    query = urlencode(parameters, doseq=True)
    return reverse(page.route) + (f"?{query}" if query else "")
