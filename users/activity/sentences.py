"""Entries of the audit log in words: what was done, to what, and with which note."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.urls import reverse

from clouds.models import CloudAccount
from users.models import AuditEntry

# What has no object, or reads better than verb and noun.
PHRASES = {
    "sign_in": "signed in",
    "sign_in.fail": "failed to sign in",
    "sign_in.lock_out": "was locked out after failed sign-ins",
    "sign_out": "signed out",
    "password.change": "chose a new password",
    "token.make": "created an API token",
    "token.revoke": "revoked an API token",
    "sync.start": "started a sync",
    "user.invite": "invited",
    "user.sign_in_link": "made a sign-in link for",
    "channel.test": "sent a test to",
    "demo.step": "queued a step of the",
    "demo.scene": "played a scene of the",
    "demo.pause": "paused the",
    "demo.resume": "resumed the",
    "demo.release": "released the",
}
WITH_OBJECT = {
    "sync.start": "started the sync",
    "token.make": "created an API token for",
    "token.revoke": "revoked an API token of",
}
# The rest is "object.verb".
VERBS = {
    "add": "added",
    "approve": "approved",
    "assign": "assigned",
    "cancel": "canceled",
    "change": "changed",
    "change_status": "changed the status of",
    "check": "repeated the dry run of",
    "delete": "deleted",
    "disable": "disabled",
    "enable": "enabled",
    "pause": "paused",
    "propose": "proposed",
    "rate": "rated",
    "reject": "rejected",
    "remove": "removed",
    "resume": "resumed",
    "run": "ran",
    "start": "started",
}
# The reason that somebody gave, whatever the form calls it.
NOTES = ("note", "reason", "comment", "message")
EMPTY = "nothing"


def verb_of(entry: AuditEntry) -> str:
    """Return what was done, such as "changed the cloud account"."""
    if entry.object_label and entry.action in WITH_OBJECT:
        return WITH_OBJECT[entry.action]
    if phrase := PHRASES.get(entry.action):
        return phrase
    noun, _, action = entry.action.rpartition(".")
    model = _model_of(entry)
    name = str(model._meta.verbose_name) if model else noun.replace("_", " ")
    return f"{VERBS.get(action, action.replace('_', ' '))} the {name}".strip()


def link_of(entry: AuditEntry) -> str:
    """Return the page of what it was done to; empty where there is none any more."""
    model = _model_of(entry)
    if model is None or not entry.object_id or entry.action.endswith(".delete"):
        return ""
    if model is CloudAccount:
        return ""  # its page is of its costs
    if entry.object_type == "auth.user":
        return reverse("person", args=[entry.object_id])
    row: Any = model(pk=entry.object_id)
    return row.get_absolute_url() if hasattr(row, "get_absolute_url") else ""


def note_of(entry: AuditEntry) -> str:
    found = (entry.details.get(name) for name in NOTES)
    return next((text for text in found if isinstance(text, str) and text), "")


def facts_of(entry: AuditEntry) -> Iterator[str]:
    """Yield what changed, as "name: before → after", what was asked, and from where."""
    for name, value in entry.details.items():
        if name in NOTES or value in (None, "", [], False):
            continue
        label = name.replace("_", " ")
        write = _choice if name == "status" else _text
        if is_change(name, value):
            before, after = map(write, value)
            yield f"{label}: {after if before == EMPTY else f'{before} → {after}'}"
        else:
            yield f"{label}: {write(value)}"
    if entry.address:
        yield f"from {entry.address}"


def is_change(name: str, value: Any) -> bool:
    """Return whether it is a value before and after; runs are any number."""
    return isinstance(value, list) and len(value) == 2 and name != "runs"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_text, value)) or EMPTY
    return EMPTY if value in (None, "") else str(value)


def _choice(value: Any) -> str:
    return _text(value).replace("_", " ")


def _model_of(entry: AuditEntry) -> type[Model] | None:
    try:
        return apps.get_model(entry.object_type)
    except (LookupError, ValueError):  # none, or one that is no more
        return None
