"""Who pays for whom, as the cloud says: asked with each sync of a bill."""

from collections.abc import Collection, Sequence
from datetime import datetime

from clouds.models import NOT_IN_NAMES, CloudAccount
from clouds.querysets import CloudAccountQuerySet
from providers.base import OrganizationSource
from providers.errors import ErrorKind, ProviderError
from providers.records import MemberAccount
from syncs.accounts.changes import adding_accounts, close_account, save_account
from syncs.datasets import Dataset
from syncs.runs.watermarks import WHOLE_ACCOUNT, read_until
from users.audit import Actor

# Here the cloud has not said anything, so that what is stored stays.
UNANSWERED = {ErrorKind.DENIED, ErrorKind.THROTTLED, ErrorKind.UNAVAILABLE}
PAYER_UNKNOWN = (
    "Which account pays for {} is unknown, so its bill is asked whether it covers "
    "others ($0.01 each time). {}"
)
LEFT = (
    "{} left the organization of {}: its own bill is read again from the day on which "
    "that one ends."
)
OFF_THE_BILL = (
    "{} is not on the bill of {} any more: its own bill is read again from the day on "
    "which that one ends."
)
CLOSED = "{} was closed: it is disabled, and what is stored of it stays."
JOINED = "{} joined the organization of {} and is read through {}."
NOT_ADDED = (
    "Joined the organization of {} and not added: {}. Add them with `manage.py "
    "add_account --organization`."
)


def refresh_organization(
    account: CloudAccount,
    source: OrganizationSource,
    now: datetime,
    actor: Actor,
    *,
    billed: Collection[str] = (),
    since: datetime | None = None,
) -> list[str]:
    """Store what the cloud says of the account's organization; return what to tell.

    Where it does not say, what is stored stays, and `billed` are other accounts that
    the account's newest bill covers. Accounts that joined `since` are added, or told.
    """
    sentences = []
    try:
        _set_payer(account, source.fetch_payer_id(), actor)
    except ProviderError as error:
        if error.kind not in UNANSWERED:
            raise
        if billed:
            _save(account, actor, is_payer=True)
        if account.is_payer is None:
            sentences.append(PAYER_UNKNOWN.format(account, error))
    if account.is_payer:
        try:
            members = source.fetch_members()
        except ProviderError as error:
            if error.kind not in UNANSWERED:
                raise
            _cover(account, CloudAccount.objects.filter(account_id__in=billed), actor)
            return [*sentences, str(error)]
        return sentences + _update_members(account, members, now, actor, since)
    return sentences + [_leave(one, actor) for one in _members_of(account)]


def refresh_members(
    payer: CloudAccount, billed: Collection[str], actor: Actor
) -> list[str]:
    """Store whose costs the payer's bill covers, where the cloud does not say; return
    what to tell. `billed` are other accounts that its newest days have charges of."""
    if not billed:
        return []
    _cover(payer, CloudAccount.objects.filter(account_id__in=billed), actor)
    return [
        _leave(one, actor, OFF_THE_BILL)
        for one in _members_of(payer)
        if one.account_id not in billed
    ]


def _set_payer(account: CloudAccount, payer_id: str | None, actor: Actor) -> None:
    """Store that this one pays, which is known to pay once a member says so."""
    is_payer = payer_id == account.account_id
    payer = None
    if payer_id and not is_payer:
        same = CloudAccount.objects.filter(provider=account.provider)
        payer = same.enabled().filter(account_id=payer_id, payer=None).first()
        if payer is not None:
            _save(payer, actor, is_payer=True)
    values = {"is_payer": is_payer, "payer": payer, "billed_by": payer_id or ""}
    is_known = account.is_payer is not None
    if is_known and not is_payer and payer_id not in (account.billed_by, None):
        marks = read_until(account, Dataset.COST)
        values["bill_since"] = marks.get(WHOLE_ACCOUNT)
    _save(account, actor, **values)


@adding_accounts()
def _update_members(
    payer: CloudAccount,
    members: Sequence[MemberAccount],
    now: datetime,
    actor: Actor,
    since: datetime | None,
) -> list[str]:
    listed = {one.account_id: one for one in members}
    same = CloudAccount.objects.filter(provider=payer.provider).exclude(pk=payer.pk)
    known = same.filter(account_id__in=listed)
    _cover(payer, known, actor)
    sentences = [
        _leave(one, actor) for one in _members_of(payer) if one.account_id not in listed
    ]
    for one in known.enabled():
        if listed[one.account_id].is_closed:
            close_account(one, now, actor)
            sentences.append(CLOSED.format(one))
    new = listed.keys() - {*known.values_list("account_id", flat=True)}
    joined = [
        listed[account_id]
        for account_id in sorted(new - {payer.account_id})
        if not listed[account_id].is_closed and _joined_after(listed[account_id], since)
    ]
    return sentences + _add_members(payer, joined, actor)


def _joined_after(member: MemberAccount, since: datetime | None) -> bool:
    joined_at = member.joined_at
    return since is None or joined_at is None or joined_at >= since


def _add_members(
    payer: CloudAccount, joined: Sequence[MemberAccount], actor: Actor
) -> list[str]:
    """Add them as the payer's settings say, or tell that they are not.

    Nobody acts in them by the payer's acting role.
    """
    own = ("member_role", "acting_role_arn", "acting_external_id")
    settings = {name: v for name, v in payer.settings.items() if name not in own}
    role = payer.settings.get("member_role", "")
    if not role:
        names = ", ".join(f"{one.name} ({one.account_id})" for one in joined)
        return [NOT_ADDED.format(payer, names)] if joined else []
    sentences = []
    for one in joined:
        arn = f"arn:{one.partition}:iam::{one.account_id}:role/{role}"
        account = CloudAccount(
            provider=payer.provider,
            account_id=one.account_id,
            name=NOT_IN_NAMES.sub("", one.name) or one.account_id,
            is_payer=False,
            payer=payer,
            settings=settings | {"role_arn": arn},
        )
        save_account(account, actor)
        sentences.append(JOINED.format(account, payer, arn))
    return sentences


def _cover(payer: CloudAccount, accounts: CloudAccountQuerySet, actor: Actor) -> None:
    """Have the costs of these read with the payer's bill from now on."""
    same = accounts.filter(provider=payer.provider)
    for one in same.exclude(pk=payer.pk).exclude(payer=payer):
        _save(one, actor, is_payer=False, payer=payer)


def _leave(account: CloudAccount, actor: Actor, sentence: str = LEFT) -> str:
    """Have its own bill read again; who pays for it now is found out then."""
    sentence = sentence.format(account, account.payer)
    _save(account, actor, is_payer=None, payer=None)
    return sentence


def _members_of(payer: CloudAccount) -> CloudAccountQuerySet:
    """Return those that are read; a closed one leaves the list some months later."""
    members: CloudAccountQuerySet = CloudAccount.objects.filter(payer=payer)
    return members.enabled().select_related("payer")


def _save(account: CloudAccount, actor: Actor, **values: object) -> None:
    if all(getattr(account, name) == value for name, value in values.items()):
        return
    account.refresh_from_db()  # somebody may have changed it since the sync began
    for name, value in values.items():
        setattr(account, name, value)
    save_account(account, actor)
