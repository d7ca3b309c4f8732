"""What burstable EC2 sizes may use for ever."""

from pricing.families import family_of, size_of

# What a burstable size may use for ever, in percent of all its vCPUs.
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-credits-baseline-concepts.html
BURSTABLE = frozenset({"t2", "t3", "t3a", "t4g"})
BASELINE_PERCENT = {
    "nano": 5.0,
    "micro": 10.0,
    "small": 20.0,
    "medium": 20.0,
    "large": 30.0,
    "xlarge": 40.0,
    "2xlarge": 40.0,
}
T2_BASELINE_PERCENT = BASELINE_PERCENT | {"xlarge": 22.5, "2xlarge": 16.875}


def baseline_percent(instance_type: str) -> float:
    """What it may use for ever; 100 unless it is burstable."""
    family = family_of(instance_type)
    if family not in BURSTABLE:
        return 100.0
    baselines = T2_BASELINE_PERCENT if family == "t2" else BASELINE_PERCENT
    return baselines.get(size_of(instance_type), 100.0)
