"""Whether a resource is still the one for which an action was approved."""

from collections.abc import Mapping, Sequence

from providers.acting import ActionKind, CloudAction, Seen, seen
from providers.errors import ErrorKind, ProviderError
from providers.records import AddressRecord, ResourceRecord, VolumeRecord

# What an action that was begun before leaves behind on its way.
ON_THE_WAY: Mapping[ActionKind, frozenset[str]] = {
    ActionKind.STOP_INSTANCE: frozenset(
        {"stopping", "stopped", "deallocating", "deallocated"}
    ),
    ActionKind.START_INSTANCE: frozenset({"pending", "starting", "running"}),
    ActionKind.RESIZE_INSTANCE: frozenset(
        {"stopping", "stopped", "deallocating", "deallocated"}
        | {"pending", "starting", "running"}
    ),
    ActionKind.DELETE_VOLUME: frozenset({"deleting"}),
    ActionKind.STOP_DATABASE: frozenset({"stopping", "stopped"}),
    ActionKind.START_DATABASE: frozenset({"starting", "available", "ready"}),
}
# The tag by which we find again what an action has made.
ACTION_TAG = "cloudintel-action"
# The tag by which a snapshot says what its volume was, as it is made again.
VOLUME_TAG = "cloudintel-volume"
PROPOSE_AGAIN = "Nothing was changed: look at it, and propose the action again."


def protecting_tag(tags: Mapping[str, str], protected: Sequence[str]) -> str:
    """Return the tag that protects a resource, "" without one.

    Each of `protected` is a key, or a key with its value as "env=production".
    """
    refused = {one.lower() for one in protected}
    for key, value in tags.items():
        if refused & {key.lower(), f"{key}={value}".lower()}:
            return f"{key}={value}" if value else key
    return ""


def check_approved(
    action: CloudAction,
    record: ResourceRecord | None,
    protected: Sequence[str],
    *,
    is_repeated: bool = False,
) -> ResourceRecord:
    """Return the resource that may be changed. Raise ProviderError."""
    if record is None:
        raise _refusal(ErrorKind.CHANGED, action, "it is gone")
    if tag := protecting_tag(record.tags, protected):
        raise _refusal(
            ErrorKind.PROTECTED, action, f"it carries the protected tag {tag}"
        )
    differences = _differences(action, seen(record), is_repeated)
    if differences:
        reason = "it changed since it was approved: " + "; ".join(differences)
        raise _refusal(ErrorKind.CHANGED, action, reason)
    return record


def refuse_held(action: CloudAction, record: ResourceRecord) -> None:
    """Raise ProviderError for what is attached to something."""
    if isinstance(record, VolumeRecord | AddressRecord) and record.attached_to:
        raise _refusal(ErrorKind.CONFLICT, action, f"{record.attached_to} holds it")


def _refusal(kind: ErrorKind, action: CloudAction, reason: str) -> ProviderError:
    return ProviderError(kind, str(action), reason, PROPOSE_AGAIN, action.region)


def _differences(action: CloudAction, now: Seen, is_repeated: bool) -> list[str]:
    then = action.expected
    states, types = {then.state}, {then.type}
    if is_repeated:
        states |= ON_THE_WAY.get(action.kind, frozenset())
        types |= {action.target} - {""}
    tags = _in_words(then.tags)
    compared = [
        ("state", then.state, now.state, states),
        ("type", then.type, now.type, types),
        ("attached to", then.attached_to, now.attached_to, {then.attached_to}),
        ("tags", tags, _in_words(now.tags), {tags}),
    ]
    return [
        f"{name} was {before or 'empty'} and is {after or 'empty'}"
        for name, before, after, accepted in compared
        if after not in accepted
    ]


def _in_words(tags: Mapping[str, str]) -> str:
    return ", ".join(f"{key}={value}" for key, value in sorted(tags.items()))


def in_tag(facts: Mapping[str, object]) -> str:
    """Return facts as the value of a tag: "zone=eu-west-1a type=gp3"."""
    return " ".join(f"{name}={value}" for name, value in facts.items() if value)


def of_tag(text: str) -> dict[str, str]:
    pairs = (word.partition("=") for word in text.split())
    return {name: value for name, _, value in pairs}
