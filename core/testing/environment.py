"""Where tests keep their state; loaded before the settings are."""

import atexit
import os
import shutil
import tempfile

# Tests read no .env file, and what they leave behind is not the developer's.
os.environ["ENV_FILE"] = ""
os.environ["STATE_DIR"] = tempfile.mkdtemp(prefix="cloudintel-test-")
atexit.register(shutil.rmtree, os.environ["STATE_DIR"], ignore_errors=True)
# Each `up` that tests start would need a second port that is free.
os.environ["LIVE_PORT"] = "0"
# Tests ask faster than people, and all as the same few users.
os.environ["API_REQUESTS_PER_MINUTE"] = "1000000"
