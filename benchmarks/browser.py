"""Pages in Chromium: what they load with an empty cache, and when charts are drawn."""

import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
NAMES = ("chromium", "chromium-browser", "google-chrome")
VISITS = 5
# What static/js/charts.js measures: from the start of a chart until it is drawn.
MEASURED = """performance.getEntriesByType("measure")
    .filter(one => one.name.startsWith("chart ")).map(one => one.duration)"""


def drawn(
    environment: Mapping[str, str], session: str, paths: Mapping[str, str]
) -> dict[str, dict[str, float]]:
    """Per page the KB that it loads, and the median ms of its slowest chart."""
    from playwright.sync_api import sync_playwright

    with served(environment) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=ARGUMENTS, headless=True
        )
        found = {}
        for name, path in paths.items():
            visits = [visited(browser, url, session, path) for _ in range(VISITS)]
            found[name] = {
                "loaded_kb": max(kb for kb, _ in visits),
                "chart_ms": statistics.median(ms for _, ms in visits),
            }
        browser.close()
    return found


def chromium() -> str:
    """The browser's path: that in CHROMIUM, else the first that is found."""
    found = [os.environ.get("CHROMIUM"), *map(shutil.which, NAMES)]
    return next(path for path in found if path)


def visited(browser: Any, url: str, session: str, path: str) -> tuple[float, float]:
    """(KB over the wire with an empty cache, ms of the slowest chart)."""
    context = browser.new_context(viewport={"width": 1440, "height": 1000})
    context.add_cookies([{"name": "cloudintel_session", "value": session, "url": url}])
    page = context.new_page()
    lengths: list[float] = []
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    network.on(
        "Network.loadingFinished",
        lambda event: lengths.append(event["encodedDataLength"]),
    )
    page.goto(url + path, wait_until="load")
    charts = page.evaluate(MEASURED)
    page.wait_for_timeout(100)
    context.close()
    assert charts, f"{path} draws no chart"
    return sum(lengths) / 1024, max(charts)


@contextmanager
def served(environment: Mapping[str, str]) -> Iterator[str]:
    """The URL of a web server as in production, with one worker."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["gunicorn", "cloudintel.wsgi", "--workers", "1", "--bind"]
    server = subprocess.Popen(
        [sys.executable, "-m", *command, f"127.0.0.1:{port}"],
        env=dict(environment),
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=30)


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("The web server did not start.")
