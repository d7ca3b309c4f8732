"""Files in another order, and the tests of each too: none may lean on one before it.

python -m pytest -p core.testing.shuffled --shuffle 1 costs/tests
"""

from collections import defaultdict
from random import Random

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--shuffle", type=int, metavar="SEED", required=True)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Shuffle by the seed, the same in all processes of `pytest -n`."""
    files = defaultdict(list)
    for item in items:
        files[item.path].append(item)
    random = Random(config.getoption("--shuffle"))
    shuffled = random.sample(list(files.values()), len(files))
    items[:] = [one for tests in shuffled for one in random.sample(tests, len(tests))]
