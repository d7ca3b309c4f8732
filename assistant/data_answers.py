"""Answers about what is stored: how many resources, and how fresh the data is."""

from assistant.answer import Asking, Found, Row
from inventory.models import Resource


def answer_count(asking: Asking) -> Found:
    asked = {"gone": "false", **asking.slots}
    data = asking.get("infrastructure/resources/", **asked, page_size="1")
    kinds, total = data["resourcesByKind"], data["totalResources"]
    labels = {str(value): str(label).lower() for value, label in Resource.Kind.choices}
    what = labels.get(str(asking.slots.get("kind")), "resource")
    words = [str(asking.slots.get("state", ""))]
    words += ["untagged" if asking.slots.get("untagged") else "", _plural(what, total)]
    named = " ".join(word for word in words if word)
    text = f"There {'is' if total == 1 else 'are'} {total:,} {named}."
    rows = [Row([labels.get(kind, kind), f"{kinds[kind]:,}"]) for kind in kinds]
    endpoint = "infrastructure/resources/"
    return Found(
        text=text,
        page="resources",
        endpoint=endpoint,
        parameters=asked,
        columns=("Kind", "Count"),
        rows=rows,
    )


def _plural(word: str, count: int) -> str:
    if count == 1:
        return word
    return word + ("es" if word.endswith("s") else "s")


def answer_freshness(asking: Asking) -> Found:
    data = asking.get("freshness/", **asking.slots)
    rows, bad = [], 0
    for account in data["results"]:
        for one in account["datasets"]:
            is_bad = one["state"] != "ok"
            bad += is_bad
            cells = [account["name"], one["dataset"], one["state"], one["sentence"]]
            rows.append((not is_bad, Row(cells)))
    rows.sort(key=lambda one: one[0])
    text = f"All {len(rows)} datasets are fresh." if rows else "No account is read yet."
    if bad:
        text = f"{bad} of {len(rows)} datasets are not fresh."
    columns = ("Account", "Dataset", "State", "Details")
    return Found(
        text=text,
        page="syncs",
        endpoint="freshness/",
        parameters=asking.slots,
        page_parameters={"account": asking.slots.get("account", ())},
        columns=columns,
        rows=[row for _, row in rows],
    )
