"""Daily CPU, memory and network of machines from Azure Monitor.

One question has every figure of its machines. Memory is answered as what is available,
so that the machine's size is needed to say what is used.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

from core.windows import Window
from providers.azure import compute
from providers.azure.client import AzureClient, Question, understood
from providers.azure.metric_batches import (
    CALLS_AHEAD,
    Datum,
    Figures,
    batches,
    daily_question,
    fetch_days,
    parts_of,
)
from providers.base import Progress
from providers.errors import ErrorKind, ProviderError
from providers.metric_records import (
    CpuRecord,
    MemoryRecord,
    NetworkRecord,
    RegionMetrics,
)
from providers.records import InstanceRecord
from providers.side_by_side import side_by_side

MACHINES = "Microsoft.Compute/virtualMachines"
SCALE_SETS = "Microsoft.Compute/virtualMachineScaleSets/virtualMachines"
CPU, AVAILABLE = "Percentage CPU", "Available Memory Bytes"
RECEIVED, SENT = "Network In Total", "Network Out Total"
# What is read of each metric; one question asks for all of it.
FIGURES = {
    CPU: ("average", "maximum", "count"),
    AVAILABLE: ("average", "minimum"),
    RECEIVED: ("total",),
    SENT: ("total",),
}
WITHOUT_NETWORK = {metric: FIGURES[metric] for metric in (CPU, AVAILABLE)}
NO_DATA: Datum = {}
BYTES_PER_MIB = 2**20
# There is a sample a minute; what counts more says nothing of how long it ran.
MOST_SAMPLES = 1440


def fetch_metrics(
    client: AzureClient,
    window: Window,
    instance_ids: Mapping[str, Sequence[str]],
    progress: Progress,
) -> Iterator[RegionMetrics]:
    """Return each region's figures, a part per call; regions are read side by side.

    Machines that were deleted have no metrics any more, and are not asked for. A
    region that fails yields its error last: what came before it is right. Raises
    ProviderError where the machines can't be listed.
    """
    types = _types(client) if any(instance_ids.values()) else {}
    jobs = []
    for region, ids in sorted(instance_ids.items()):
        present = {one: types[one, region] for one in ids if (one, region) in types}
        jobs.append(partial(_read_region, client, window, region, present))
    parts = side_by_side(jobs, client.options.region_workers, CALLS_AHEAD)
    for number, part in enumerate(parts, start=1):
        progress(f"{part.region}: call {number}")
        yield part


def _types(client: AzureClient) -> Mapping[tuple[str, str], str]:
    """Return (id, region) -> size of the machines that there are."""
    machines = list(compute.list_machines(client))
    for scale_set in compute.list_scale_sets(client):
        machines += compute.fetch_scale_set(client, scale_set)
    return {(one.resource_id, one.region): one.instance_type for one in machines}


def _read_region(
    client: AzureClient, window: Window, region: str, types: Mapping[str, str]
) -> Iterator[RegionMetrics]:
    """`types` is id -> size. What fails in a way that leaves the rest readable is
    said at the end."""
    failures: list[ProviderError] = []
    memory: dict[str, int] = {}
    try:
        if types:
            memory = _memory(client, region, types)
    except ProviderError as error:
        failures.append(error)
    try:
        for namespace, ids in batches_of_machines(types):
            for days in parts_of(window):
                question = _question(client, days, region, namespace, ids)
                found, refused = fetch_days(client, question, ids)
                failures += refused
                with understood(question):
                    part = normalize_part(region, days, found, memory)
                yield part
    except ProviderError as error:
        failures.insert(0, error)
    if failures:
        yield RegionMetrics(region, error=failures[0])


def _memory(
    client: AzureClient, region: str, types: Mapping[str, str]
) -> dict[str, int]:
    """Return id -> bytes of memory, of machines whose size is known."""
    sizes = compute.fetch_sizes(client, region)
    return {
        instance_id: size.memory_mib * BYTES_PER_MIB
        for instance_id, name in types.items()
        if (size := sizes.get(name.lower()))
    }


def batches_of_machines(ids: Iterable[str]) -> Iterator[tuple[str, Sequence[str]]]:
    """Return as many machines as a question takes, of one type each."""
    by_namespace: dict[str, list[str]] = defaultdict(list)
    for one in ids:
        is_of_scale_set = "/virtualmachinescalesets/" in one
        by_namespace[SCALE_SETS if is_of_scale_set else MACHINES].append(one)
    for namespace, of_type in by_namespace.items():
        for batch in batches(of_type):
            yield namespace, batch


def _question(
    client: AzureClient, days: Window, region: str, namespace: str, ids: Sequence[str]
) -> Question:
    return daily_question(
        client, "Metrics", days, region, namespace, ids, _figures(client)
    )


def _figures(client: AzureClient) -> Mapping[str, Sequence[str]]:
    return FIGURES if client.options.network_metrics else WITHOUT_NETWORK


def normalize_part(
    region: str,
    window: Window,
    found: Mapping[str, Figures],
    memory: Mapping[str, int],
) -> RegionMetrics:
    """The records of some machines; what is not known is in none of them."""
    part = RegionMetrics(region, cpu := [], network := [], used := [])
    days = [*window.days()]
    for instance_id, figures in found.items():
        total = memory.get(instance_id)
        of_cpu, available, received, sent = (figures.get(one, {}) for one in FIGURES)
        for day in days:
            datum = of_cpu.get(day, NO_DATA)
            average = _number(datum.get("average"))
            maximum = _number(datum.get("maximum"))
            if average is not None or maximum is not None:
                samples = _samples(datum.get("count"))
                cpu.append(CpuRecord(instance_id, day, average, maximum, None, samples))
            in_bytes = _whole(received.get(day, NO_DATA).get("total"))
            out_bytes = _whole(sent.get(day, NO_DATA).get("total"))
            if in_bytes is not None or out_bytes is not None:
                network.append(NetworkRecord(instance_id, day, in_bytes, out_bytes))
            datum = available.get(day, NO_DATA)
            average = _used(datum.get("average"), total)
            maximum = _used(datum.get("minimum"), total)
            if average is not None or maximum is not None:
                used.append(MemoryRecord(instance_id, day, average, maximum))
    return part


def _used(available: float | None, total: int | None) -> float | None:
    """In percent. More available than there is was measured at another size."""
    if available is None or not total or not 0 <= available <= total:
        return None
    return 100 * (1 - available / total)


def _number(value: float | None) -> float | None:
    """What is no number raises here, rather than in the database."""
    return None if value is None else float(value)


def _samples(count: float | None) -> int | None:
    return None if count is None or count > MOST_SAMPLES else round(count)


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)


def example(
    client: AzureClient, regions: Sequence[str], machines: Sequence[InstanceRecord]
) -> tuple[str, str]:
    """Return a region and a machine to try with, which need not exist."""
    for one in machines:
        return one.region, one.resource_id
    group = f"{client.account.scope}/resourcegroups/cloudintel"
    region = next(iter(regions), "westeurope")
    return region, f"{group}/providers/microsoft.compute/virtualmachines/cloudintel"


def try_metrics(client: AzureClient, window: Window, region: str, one: str) -> None:
    """Ask for the figures of a machine. Raise ProviderError."""
    try:
        client.ask(_question(client, window, region, MACHINES, [one]))
    except ProviderError as error:
        # Who is told what is wrong with the question has the right to ask.
        if error.kind != ErrorKind.INVALID:
            raise
