"""Answers about resources: how many there are, what they emit, how fresh data is."""

from assistant.answer import Answer, Question, Row
from assistant.engine.wording import days
from core.api.pagination import LARGEST_PAGE
from inventory.models import Resource


def answer_count(question: Question) -> Answer:
    asked = {"gone": "false", **question.slots}
    data = question.get("infrastructure/resources/", **asked, page_size="1")
    kinds, total = data["resourcesByKind"], data["totalResources"]
    labels = {str(value): str(label).lower() for value, label in Resource.Kind.choices}
    what = labels.get(str(question.slots.get("kind")), "resource")
    words = [str(question.slots.get("state", ""))]
    words += [
        "untagged" if question.slots.get("untagged") else "",
        _plural(what, total),
    ]
    named = " ".join(word for word in words if word)
    text = f"There {'is' if total == 1 else 'are'} {total:,} {named}."
    rows = [Row([labels.get(kind, kind), f"{kinds[kind]:,}"]) for kind in kinds]
    endpoint = "infrastructure/resources/"
    return Answer(
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


def answer_freshness(question: Question) -> Answer:
    data = question.get("freshness/", **question.slots, page_size=LARGEST_PAGE)
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
    return Answer(
        text=text,
        page="syncs",
        endpoint="freshness/",
        parameters=question.slots,
        page_parameters={"account": question.slots.get("account", ())},
        columns=columns,
        rows=[row for _, row in rows],
    )


def answer_carbon(question: Question) -> Answer:
    """None is unknown, and is said to be so."""
    data = question.get("carbon/trend/", **question.slots)
    total, when = data["total"], days(data["start"], data["end"])
    if total["kg"] is None:
        text = f"Emissions of {when} are unknown."
    else:
        text = f"{_kg(total['kg'])} CO2e are estimated for {when}."
    if total["unknown"]:
        text += (
            f" Of {total['resource_days']:,} days of resources {total['unknown']:,} "
            "are unknown, and in no sum."
        )
    rows = [Row([one["name"], _kg(one["total"]["kg"])]) for one in data["groups"]]
    return Answer(
        text=text,
        page="carbon",
        endpoint="carbon/trend/",
        parameters=question.slots,
        columns=(data["group_by"].capitalize(), "Emissions"),
        rows=rows,
    )


def _kg(amount: float | None) -> str | None:
    return None if amount is None else f"{amount:,.1f} kg"
