"""Whether what a budget is of exists: else it would count nothing, and never alert."""

from django.core.exceptions import ValidationError

from clouds.access import AnyUser
from clouds.labels import tag_keys_of
from clouds.models import CloudAccount
from core.api.suggestions import nearest
from costs.models import Team
from costs.queries.source import CostSource
from insights.budgets.models import Budget

# More services, or values of a tag, are on no bill that people budget.
MOST_NAMES = 10_000
# More of them are no list to pick from.
OFFERED = 500


def check_key(scope: str, key: str, user: AnyUser) -> None:
    """Raise ValidationError for a service or tag that no bill that they see has, and
    for a team that does not exist.

    Where no costs are stored yet nobody knows, so that any service or value is taken.
    """
    if scope == Budget.Scope.SERVICE:
        _check("service", key, services(user, MOST_NAMES))
    elif scope == Budget.Scope.TEAM and key:
        _check_team(key, user)
    elif scope == Budget.Scope.TAG and "=" in key:
        name = key.partition("=")[0]
        _check_tag_key(name, user)
        _check("tag", key, tags_of_key(name, user, MOST_NAMES))


def services(user: AnyUser, limit: int = OFFERED) -> list[str]:
    return CostSource.visible_to(user).values_of("service", limit)


def tags_of_key(key: str, user: AnyUser, limit: int = OFFERED) -> list[str]:
    by_tag = CostSource.visible_to(user).by_tag(key, user)
    return [f"{key}={value}" for value in by_tag.values_of("tag_value", limit)]


def tags(user: AnyUser) -> list[str]:
    """Return each tag by which costs are read, as key=value."""
    keys = tag_keys_of(CloudAccount.objects.visible_to(user))
    return [tag for key in keys for tag in tags_of_key(key, user)]


def teams(user: AnyUser) -> list[str]:
    return list(Team.objects.visible_to(user).values_list("name", flat=True))


def _check_team(name: str, user: AnyUser) -> None:
    if name in (known := teams(user)):
        return
    near = nearest(name, known)
    there_are = f"There are: {', '.join(near or known[:5])}." if known else ""
    reason = f"There is no team {name}. {there_are or 'Administrators add teams.'}"
    raise ValidationError({"key": reason})


def _check(what: str, name: str, known: list[str]) -> None:
    if not known or name in known:
        return
    near = nearest(name, known)
    rest = f"Nearest: {', '.join(near)}." if near else f"There are {len(known):,}."
    raise ValidationError({"key": f"No bill has the {what} {name}. {rest}"})


def _check_tag_key(name: str, user: AnyUser) -> None:
    keys = tag_keys_of(CloudAccount.objects.visible_to(user))
    if name in keys:
        return
    known = f"Read are: {', '.join(keys)}." if keys else "None is read yet."
    raise ValidationError(
        {
            "key": f"Costs are not read by the tag {name}. {known} Tag keys are chosen "
            "in the settings of an account."
        }
    )
