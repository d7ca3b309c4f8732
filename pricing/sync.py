"""Read the list prices that an account's resources need, and store them."""

from datetime import datetime
from functools import partial

from core.db.storable import Fitter
from pricing.currencies import currencies_of
from pricing.models import InstancePrice, ResourcePrice
from pricing.price_lists import (
    InstanceList,
    ResourceList,
    instance_lists,
    resource_lists,
)
from providers.base import PriceSource, Progress
from providers.errors import ProviderError
from providers.records import InstancePriceRecord, ResourcePriceRecord
from syncs.datasets import Dataset
from syncs.models import SyncRun
from syncs.runs.claim_and_read import claim_and_read
from syncs.runs.run_context import run_context, say_nothing


def read_prices(run: SyncRun, on_progress: Progress = say_nothing) -> SyncRun:
    """Read the prices of the account's resources, and of what they could become.

    What was read within a week, for any account of the same cloud and currency, is not
    read again. A market that fails keeps its prices, and the run ends as partial; when
    all fail, so does the run.
    """
    with run_context(run, on_progress) as current:
        source = current.source(PriceSource)
        currency = currencies_of([run.account])[run.account_id]
        of_instances = Fitter(InstancePriceRecord, InstancePrice)
        of_resources = Fitter(ResourcePriceRecord, ResourcePrice)
        lists: list[InstanceList | ResourceList] = [
            *instance_lists(run, currency, of_instances),
            *resource_lists(run, currency, of_resources),
        ]
        parts_read = 0
        for one in lists:
            if not one.is_due:
                continue
            current.progress(str(one))
            try:
                one.fetch(source)
            except ProviderError as error:
                current.record_failed_part(error)
                continue
            with current.storing():
                current.rows += one.store()
            parts_read += 1
        current.remarks += [of_instances.remark, of_resources.remark]
        if not parts_read and _read_since_last_run(
            run, [one.last_read for one in lists]
        ):
            with current.storing():
                pass  # read for another account: what was made without them is stale
        current.finish_parts(parts_read=parts_read, read={})
    return run


sync_prices = partial(claim_and_read, Dataset.PRICES, read_prices)


def _read_since_last_run(run: SyncRun, read_at: list[datetime]) -> bool:
    """Return whether any was read since the account's last good run."""
    runs = SyncRun.objects.filter(account=run.account, dataset=run.dataset)
    good = runs.filter(status__in=SyncRun.GOOD).order_by("-pk").first()
    return any(good is None or at > good.started_at for at in read_at)
