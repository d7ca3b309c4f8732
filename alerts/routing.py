"""Which channels a notice goes to: those whose routes let it through."""

from collections.abc import Iterable

from alerts.models import Facts, Route, Severity

WORST_LAST = list(Severity)


def routed(channels: Iterable[str], facts: Facts) -> list[str]:
    """Return those of these channels that get a notice of it. One query."""
    found: dict[str, list[Route]] = {}
    for route in Route.objects.all():
        found.setdefault(route.channel, []).append(route)
    return [
        name
        for name in channels
        if name not in found or any(lets_through(one, facts) for one in found[name])
    ]


def lets_through(route: Route, facts: Facts) -> bool:
    """Return whether it meets each condition of the route."""
    is_bad_enough = WORST_LAST.index(facts.severity) >= WORST_LAST.index(
        Severity(route.least_severity)
    )
    account = facts.account.pk if facts.account else None
    return (
        is_bad_enough
        and route.topic in ("", facts.topic)
        and route.account_id in (None, account)
        and (not route.team or route.team in facts.teams)
        and _is_large_enough(route, facts)
        and _is_tagged(route, facts)
    )


def _is_large_enough(route: Route, facts: Facts) -> bool:
    """What has no amount, or one in another currency, is not held to it."""
    if route.least_amount is None or facts.amount is None:
        return True
    return facts.currency != route.currency or abs(facts.amount) >= route.least_amount


def _is_tagged(route: Route, facts: Facts) -> bool:
    if not route.tag_key:
        return True
    value = facts.tags.get(route.tag_key)
    return value is not None and route.tag_value in ("", value)
