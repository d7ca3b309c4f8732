"""What a channel sends: a notice, or one message for all that have the same cause."""

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from alerts.links import act_link, page_link
from alerts.models import Notice, Severity, Topic

# A message that names more is no longer read; the admin lists all.
NAMED_IN_A_MESSAGE = 20
# What differs between accounts, requests, days and regions that fail for one cause.
DETAIL = re.compile(r"( through )?\barn:[^\s,;)]*[^\s,;):.]|[\w-]*\d[\w-]*")


@dataclass(frozen=True, slots=True)
class Message:
    subject: str
    text: str
    recipients: Sequence[str] = ()
    severity: str = Severity.INFO
    topic: str = Topic.OTHER
    key: str = ""
    """The same for all messages about one thing, or of one cause."""
    is_end: bool = False
    page: str = ""
    act: str = ""

    @property
    def body(self) -> str:
        """The text with its links, for channels without buttons."""
        links = [f"{label}: {url}" for label, url in self.buttons]
        return "\n\n".join(filter(None, [self.text, "\n".join(links)]))

    @property
    def buttons(self) -> list[tuple[str, str]]:
        found = [("Open", self.page), ("Acknowledge or snooze", self.act)]
        return [(label, url) for label, url in found if url]


def group_of(notice: Notice) -> Hashable:
    """Return what notices have in common that go out as one message."""
    if not notice.cause:
        return notice.pk
    to = (notice.channel, *notice.recipients)
    return to, notice.severity, _cause_of(notice)


def message_of(notices: Sequence[Notice]) -> Message:
    """Return what to send for notices of one group."""
    first = notices[0]
    subject, text = _words_of(notices)
    return Message(
        subject,
        text,
        first.recipients,
        severity=first.severity,
        topic=first.topic,
        key=_key_of(first),
        is_end=first.is_end and not _goes_on_elsewhere(notices),
        page=page_link(first),
        act=act_link(first),
    )


def _words_of(notices: Sequence[Notice]) -> tuple[str, str]:
    first = notices[0]
    if len(notices) == 1:
        return first.subject, first.text
    accounts = len({notice.account_id for notice in notices})
    lines = [f"- {notice.subject}" for notice in notices[:NAMED_IN_A_MESSAGE]]
    if more := len(notices) - NAMED_IN_A_MESSAGE:
        lines += [f"- and {more:,} more"] if more > 0 else []
    many = f"{accounts:,} accounts" if accounts > 1 else f"{len(notices)} notices"
    text = "\n".join([f"{many}, one cause: {first.cause}", "", *lines])
    return f"{many}, one cause: {first.subject}", text


def _key_of(notice: Notice) -> str:
    if notice.cause:
        return sha256(_cause_of(notice).encode()).hexdigest()[:32]
    return f"{notice.about_type_id}-{notice.about_id}"


def _cause_of(notice: Notice) -> str:
    return DETAIL.sub("", notice.cause)


def _goes_on_elsewhere(ended: Sequence[Notice]) -> bool:
    """Return whether the channel knows of something else of the same cause that has
    not ended. At most one query."""
    first = ended[0]
    if not (first.is_end and first.cause):
        return False
    others = Notice.objects.not_ended().filter(channel=first.channel)
    return any(_cause_of(one) == _cause_of(first) for one in others.exclude(cause=""))
