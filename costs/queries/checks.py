"""What a query about costs names and does not exist, or is not for this user."""

from collections.abc import Container, Sequence

from clouds.access import AnyUser, is_limited, limit_of
from clouds.labels import tag_keys_of
from clouds.models import CloudAccount
from clouds.registry import CloudKind
from costs.groupings import BY_TAG
from costs.queries.query import CostQuery, InvalidQuery
from costs.querysets import DailyCostQuerySet


def check_tag_key(query: CostQuery, user: AnyUser) -> None:
    """Raise InvalidQuery for a key by which no account that the user sees is read."""
    keys = tag_keys_of(CloudAccount.objects.visible_to(user))
    if query.tag_key not in keys:
        known = f"Read are: {', '.join(keys)}." if keys else "None is read yet."
        raise InvalidQuery(
            {
                "group_by" if f"{BY_TAG}{query.tag_key}" in query.groups else "tag": [
                    f"Costs are not read by the tag {query.tag_key}. {known} Tag keys "
                    "are chosen in the settings of an account."
                ]
            }
        )


def check_sub_accounts(
    rows: DailyCostQuerySet, query: CostQuery, user: AnyUser
) -> None:
    """Raise InvalidQuery for an account whose costs a limited user does not see: they
    are unknown, and not 0."""
    asked = query.filters["sub_account"]
    if not asked or not is_limited(user):
        return
    seen = CloudAccount.objects.visible_to(user).filter(account_id__in=asked)
    billed = rows.filter(sub_account_id__in=asked).order_by()
    known = {
        *seen.values_list("account_id", flat=True),
        *billed.values_list("sub_account_id", flat=True).distinct(),
    }
    check_known("sub_account", asked, known, user)


def check_services(rows: DailyCostQuerySet, query: CostQuery) -> None:
    """Raise InvalidQuery where a bill does not tell the services of a tag's costs."""
    if rows.in_window(query.window).filter(service="").exists():
        reason = (
            "A bill over several accounts is read by tag and account, so the services "
            f"of the tag {query.tag_key} are unknown. Filter by account instead."
        )
        raise InvalidQuery({"service": [reason]})


def bills_of(query: CostQuery, user: AnyUser) -> list[int]:
    """The keys of the accounts whose bills are asked for. Raises InvalidQuery."""
    seen = CloudAccount.objects.visible_to(user)
    if account_ids := query.filters["account"]:
        seen = seen.filter(account_id__in=account_ids)
    found = list(seen.values_list("account_id", "pk", "provider"))
    check_known("account", account_ids, {one for one, *_ in found}, user)
    clouds = query.filters["provider"] or CloudKind.values
    return [pk for _, pk, cloud in found if cloud in clouds]


def check_known(
    name: str, asked: Sequence[str], known: Container[str], user: AnyUser
) -> None:
    """Raise InvalidQuery for accounts that the user does not see, or nobody has."""
    if unknown := [one for one in asked if one not in known]:
        limit = limit_of(user)
        that = f" that you may see. {limit}" if limit else "."
        raise InvalidQuery({name: [f"There is no account {', '.join(unknown)}{that}"]})
