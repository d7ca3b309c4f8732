"""Samples of CPU as they are stored: 12 an hour, as basic monitoring takes them.

Detailed monitoring takes five times as many, so without its state a machine that ran
for five hours looks like one that ran all day.
"""

SAMPLES_PER_HOUR = 12
SAMPLES_A_DAY = 24 * SAMPLES_PER_HOUR
DETAILED_PER_SAMPLE = 5
# A few points too many are no detailed monitoring; more are, whatever its state says.
MOST_BASIC_SAMPLES = 300


def stored_samples(samples: int | None, *, is_detailed: bool) -> int | None:
    """Return as many as basic monitoring takes in the same time; None is unknown."""
    if samples is None:
        return None
    if is_detailed or samples > MOST_BASIC_SAMPLES:
        return round(samples / DETAILED_PER_SAMPLE)
    return samples
