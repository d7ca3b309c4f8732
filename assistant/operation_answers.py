"""Answers about line items, actions, backups and the health of the installation."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from assistant.answer import Answer, Question, Row, amount_text, list_answer, money
from assistant.engine.wording import days
from clouds.access import is_limited
from core.api.pagination import LARGEST_PAGE
from core.templatetags.formats import size

LISTED = "8"
GROUPS = {"usage_type": "Usage type", "resource": "Resource", "operation": "Operation"}


def answer_lines(question: Question) -> Answer:
    data = question.get("lines/groups/", **question.slots, page_size=LISTED)
    group = GROUPS[str(question.slots["group_by"])]
    currency, count = data["currency"], data["count"]
    when = days(data["start"], data["end"])
    text = f"Line items of {when} cost {amount_text(data['total'], currency)}."
    if not data["is_stored"]:
        text = f"No line items are stored for {when}."
    rows = [
        Row([one["key"] or f"no {group.lower()}", money(one["cost"], currency)])
        for one in data["results"]
    ]
    where, columns = ("lines", "lines/groups/"), (group, "Cost")
    return list_answer(*where, question.slots, text, columns, rows, count)


def answer_action(question: Question) -> Answer:
    """Those that wait, unless others are asked for."""
    slots = dict(question.slots)
    if not slots.keys() & {"open", "status"}:
        slots["open"] = "true"
    data = question.get("remediations/", **slots, page_size=LISTED)
    count = data["count"]
    word = {"true": "open ", "false": "closed "}.get(str(slots.get("open")), "")
    text = f"{count or 'No'} {slots.get('status') or word.strip()} action"
    text += "." if count == 1 else "s."
    unapproved = [one for one in data["results"] if one["status"] == "proposed"]
    if unapproved and len(unapproved) == count:
        text += " Each waits for its approval."
    elif unapproved:
        text += f" Of those listed {len(unapproved)} wait for their approval."
    rows = [
        Row(
            [one["title"], one["status"], _day(one["proposed_at"]), one["proposed_by"]],
            reverse("remediation", args=[one["id"]]),
        )
        for one in data["results"]
    ]
    where = ("remediations", "remediations/")
    columns = ("Action", "Status", "Proposed", "By")
    return list_answer(*where, slots, text, columns, rows, count)


def answer_backup(question: Question) -> Answer:
    where, asked = ("backups", "monitoring/backups/"), question.slots
    if is_limited(question.user):  # whom the endpoint refuses
        text = "A backup is of all accounts, and you see only some of them."
        return list_answer(*where, asked, text, (), [], 0, page_parameters={})
    data = question.get("monitoring/backups/", **asked, page_size=LISTED)
    found, count = data["results"], data["count"]
    text = "There is no such backup."
    if found:
        newest = found[0]
        text = f"The newest of {count:,} is of {_day(newest['made_at'])}: "
        text += f"{newest['state']}, {_proof(newest)}."
    rows = [
        Row([_day(one["made_at"]), one["state"], _size(one), _proof(one)])
        for one in found
    ]
    columns = ("Made", "State", "Size", "Verification")
    return list_answer(*where, asked, text, columns, rows, count, page_parameters={})


def answer_health(question: Question) -> Answer:
    asked = {**question.slots, "page_size": str(LARGEST_PAGE)}
    found = question.get("monitoring/health/", **asked)["results"]
    broken = [one for one in found if one["state"] in ("down", "degraded")]
    text = "Nothing was checked lately."
    if len(found) == 1:
        text = f"{found[0]['label']}: {found[0]['state'] or 'unknown'}."
    elif found:
        text = f"Of {len(found)} components {len(broken) or 'none'} "
        text += "is down or degraded." if len(broken) < 2 else "are down or degraded."
    others = [one for one in found if one not in broken]
    rows = [
        Row([one["label"], one["state"] or "unknown", one["message"], _uptime(one)])
        for one in [*broken, *others]
    ]
    where, slots = ("health-history", "monitoring/health/"), question.slots
    columns = ("Component", "State", "Details", "Uptime, 90 days")
    count = len(rows)
    return list_answer(*where, slots, text, columns, rows, count, page_parameters={})


def _day(moment: str) -> str:
    return f"{datetime.fromisoformat(moment):%-d %b %Y}"


def _size(backup: dict[str, Any]) -> str | None:
    return None if backup["size_bytes"] is None else size(backup["size_bytes"])


def _proof(backup: dict[str, Any]) -> str:
    if backup["verified"]:
        return "verified by restoring it"
    return "its restore failed" if backup["verification_error"] else "not verified"


def _uptime(one: dict[str, Any]) -> str | None:
    share = one["uptime_percent"]
    return None if share is None else f"{share:.2f}%"
