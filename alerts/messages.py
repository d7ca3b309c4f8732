"""What a channel sends: a notice, or one message for all that have the same cause."""

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from alerts.models import Notice

# A message that names more is no longer read; the admin lists all.
NAMED_IN_A_MESSAGE = 20
# What differs between accounts, requests, days and regions that fail for one cause.
DETAIL = re.compile(r"( through )?\barn:[^\s,;)]*[^\s,;):.]|[\w-]*\d[\w-]*")


@dataclass(frozen=True, slots=True)
class Message:
    subject: str
    text: str
    recipients: Sequence[str] = ()


def group_of(notice: Notice) -> Hashable:
    """Return what notices have in common that go out as one message."""
    if not notice.cause:
        return notice.pk
    to = (notice.channel, *notice.recipients)
    return to, notice.severity, DETAIL.sub("", notice.cause)


def message_of(notices: Sequence[Notice]) -> Message:
    """Return what to send for notices of one group."""
    first = notices[0]
    if len(notices) == 1:
        return Message(first.subject, first.text, first.recipients)
    accounts = len({notice.account_id for notice in notices})
    lines = [f"- {notice.subject}" for notice in notices[:NAMED_IN_A_MESSAGE]]
    if more := len(notices) - NAMED_IN_A_MESSAGE:
        lines += [f"- and {more:,} more"] if more > 0 else []
    many = f"{accounts:,} accounts" if accounts > 1 else f"{len(notices)} notices"
    return Message(
        f"{many}, one cause: {first.subject}",
        "\n".join([f"{many}, one cause: {first.cause}", "", *lines]),
        first.recipients,
    )
