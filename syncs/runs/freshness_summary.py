"""Freshness summed up: of each dataset over all accounts, and of each account."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from clouds.models import CloudAccount
from syncs.datasets import Dataset
from syncs.runs.freshness import Freshness, State

# The worst first.
URGENCY = [
    State.FAILING,
    State.STALE,
    State.PARTIAL,
    State.NEVER,
    State.LATE,
    State.OK,
]


@dataclass(frozen=True, slots=True)
class DatasetFreshness:
    """One dataset over all accounts that have it."""

    dataset: Dataset
    worst: State
    counts: Sequence[tuple[State, int]]
    accounts: int
    oldest_good_at: datetime | None
    """When the account that lags most was last read; None where one never was."""


@dataclass(frozen=True, slots=True)
class AccountFreshness:
    """One account and the freshness of each of its datasets."""

    account: CloudAccount
    worst: State
    datasets: Sequence[Freshness]


def per_dataset(found: Iterable[Freshness]) -> Sequence[DatasetFreshness]:
    """Return a line for each dataset that any account has."""
    grouped: dict[Dataset, list[Freshness]] = {}
    for item in found:
        grouped.setdefault(item.dataset, []).append(item)
    return [_dataset_freshness(d, grouped[d]) for d in Dataset if d in grouped]


def per_account(found: Iterable[Freshness]) -> Sequence[AccountFreshness]:
    """Return a line for each account, the most urgent first."""
    grouped: dict[CloudAccount, list[Freshness]] = {}
    for item in found:
        grouped.setdefault(item.account, []).append(item)
    lines = [
        AccountFreshness(account, _worst(items), items)
        for account, items in grouped.items()
    ]
    return sorted(lines, key=_urgency)


def _urgency(line: AccountFreshness) -> list[int]:
    """Sorts by the worst dataset, then the second worst, and so on."""
    return sorted(URGENCY.index(item.state) for item in line.datasets)


def _dataset_freshness(
    dataset: Dataset, items: Sequence[Freshness]
) -> DatasetFreshness:
    counts = Counter(item.state for item in items)
    moments = [item.last_good_at for item in items]
    known = [at for at in moments if at is not None]
    return DatasetFreshness(
        dataset=dataset,
        worst=_worst(items),
        counts=[(state, counts[state]) for state in URGENCY if counts[state]],
        accounts=len(items),
        oldest_good_at=min(known) if len(known) == len(moments) else None,
    )


def _worst(items: Iterable[Freshness]) -> State:
    return min((item.state for item in items), key=URGENCY.index)
