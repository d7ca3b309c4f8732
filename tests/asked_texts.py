"""What the emulated clouds were asked, as text: each question once, and where."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tests.answer_texts import of_json

# What only says which page of a list.
OF_A_PAGE = {"NextToken", "NextPageToken", "Marker", "ContinuationToken", "$skiptoken"}
PLACES = 3
Places = Mapping[str, Counter[str]]


def of_aws(calls: Iterable[Any]) -> Iterator[str]:
    where: dict[str, Counter[str]] = defaultdict(Counter)
    for call in calls:
        asked = _sorted(call.parameters)
        queries = asked.pop("MetricDataQueries", ())
        metrics = Counter(map(_metric, queries))
        lines = (f"  {metric}: {n}" for metric, n in sorted(metrics.items()))
        where["\n".join([call.name, *of_json(asked, "  "), *lines])][call.region] += 1
    yield from _counted(where)


def _metric(query: Mapping[str, Any]) -> str:
    stat = query["MetricStat"]
    metric = stat["Metric"]
    dimensions = ", ".join(one["Name"] for one in metric["Dimensions"])
    name = f"{metric['Namespace']} {metric['MetricName']} by {dimensions}"
    return f"{name}, {stat['Stat']} of {stat['Period']} s"


def of_azure(calls: Iterable[Any]) -> Iterator[str]:
    """Yield them; days are places, as each month or week is asked the same."""
    where: dict[str, Counter[str]] = defaultdict(Counter)
    for call in calls:
        body, asked = dict(call.body or {}), _sorted(call.parameters)
        place = call.path
        if days := body.pop("timePeriod", None):
            place = f"{days['from']}..{days['to']}"
        elif resources := body.pop("resourceids", ()):
            place = f"{asked.pop('starttime')}..{asked.pop('endtime')}"
            asked["resources"] = f"of {resources[0].split('/providers/')[1]}"
        lines = [*of_json(asked, "  "), *of_json(body, "  ")]
        where["\n".join([call.operation, *lines])][place] += 1
    yield from _counted(where)


def _sorted(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in sorted(parameters.items())
        if name not in OF_A_PAGE
    }


def _counted(where: Places) -> Iterator[str]:
    for text, counts in sorted(where.items()):
        name, *lines = text.splitlines()
        places = [f"{one} {n}" for one, n in sorted(counts.items())]
        if len(places) > PLACES:
            places[1:-1] = [f"{len(places) - 2} others"]
        shown = ", ".join(places)
        yield f"{name}: {counts.total()} ({shown})"
        yield from lines
