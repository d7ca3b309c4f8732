"""Questions about accounts."""

from datetime import date
from typing import Any

from django.db.models import Q

from clouds.access import AccountScopedQuerySet, AnyUser, is_limited
from core.refusals import Refusal
from providers.demo.events import DemoEvent, EventKind
from providers.demo.fleet import at, hours_since

# What a stored event and its record call by the same names.
SAME = ("what", "place", "target", "role", "factor", "days")
# Begins the names of the invented company's clouds.
DEMO = "demo"


class AmbiguousAccount(Refusal, ValueError):
    """Several accounts have this name; the message names their ids."""

    field = "account"


class CloudAccountQuerySet(AccountScopedQuerySet):
    account_path = "pk"

    def enabled(self) -> "CloudAccountQuerySet":
        return self.filter(is_enabled=True)

    def demo(self) -> "CloudAccountQuerySet":
        """Return those of the invented company."""
        return self.filter(provider__startswith=DEMO)

    def real(self) -> "CloudAccountQuerySet":
        return self.exclude(provider__startswith=DEMO)

    def at_present(self) -> "CloudAccountQuerySet":
        """Return those that live at our present, not in a past that is replayed."""
        from clouds.models import DemoCompany

        is_behind = DemoCompany.objects.filter(clock__isnull=False).exists()
        return self.real() if is_behind else self

    def one_called(self, name: str) -> Any:
        """Return the account of that id, or else of that name; None without one.

        Raises AmbiguousAccount.
        """
        matches = list(self.filter(account_id=name)) or list(self.filter(name=name))
        if len(matches) > 1:
            ids = " or ".join(account.account_id for account in matches)
            raise AmbiguousAccount(
                f"{len(matches)} accounts are named {name}: use {ids}."
            )
        return matches[0] if matches else None

    def searched(self, text: str) -> "CloudAccountQuerySet":
        return self.filter(Q(account_id__icontains=text) | Q(name__icontains=text))

    def billed_out_of_sight(self, user: AnyUser) -> "CloudAccountQuerySet":
        """Return those that the user sees without the payer whose bill has their costs.

        For users who see all accounts there are none, and nothing is queried.
        """
        if not is_limited(user):
            return self.none()
        seen = self.visible_to(user)
        members = seen.filter(payer__isnull=False)
        return members.exclude(payer__in=seen.values("pk"))


class DemoEventQuerySet(AccountScopedQuerySet):
    """What happened to the invented company, in order."""

    def records(self, anchor: date) -> tuple[DemoEvent, ...]:
        return tuple(
            DemoEvent(
                kind=EventKind(row.kind),
                hour=hours_since(anchor, row.at),
                **{name: getattr(row, name) for name in SAME},
            )
            for row in self.order_by("at", "pk")
        )

    def store(self, account: Any, anchor: date, event: DemoEvent) -> None:
        of_event = {name: getattr(event, name) for name in SAME}
        when = at(anchor, event.hour)
        self.create(account=account, kind=event.kind, at=when, **of_event)
