"""Requests to Cost Explorer leave no faster than allowed."""

import time
from concurrent.futures import ThreadPoolExecutor

from providers.aws.client import TokenBucket


def test_a_burst_passes_and_what_follows_waits_its_turn() -> None:
    bucket, began = TokenBucket(per_second=50), time.monotonic()
    for _ in range(60):
        bucket.take()
    # At least: fifty at once, then ten at fifty a second.
    assert time.monotonic() - began >= 10 / 50


def test_threads_share_one_bucket() -> None:
    bucket, began = TokenBucket(per_second=50), time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        for _ in range(60):
            pool.submit(bucket.take)
    assert time.monotonic() - began >= 10 / 50
