#!/bin/sh
# The browser tests need a Chromium: the one of CHROMIUM, else the shell without windows,
# which takes half as much of a processor, else one that is there, else Debian's, else
# Playwright's.
has() { command -v "$1" >/dev/null 2>&1; }
quietly() { DEBIAN_FRONTEND=noninteractive "$@" >/dev/null 2>&1; }
installs() {
    [ "$(id -u)" = 0 ] && has apt-get || return 1
    echo "Installing $1 for the browser tests." >&2
    # Only the network has a deadline: what is interrupted later leaves a broken package.
    quietly timeout 300 sh -c "apt-get update -qq && apt-get install -y -qq -d $1" &&
        quietly apt-get install -y -qq "$1"
}

[ -n "$CHROMIUM" ] && exit 0
has chromium-headless-shell && exit 0
installs chromium-headless-shell && exit 0
for name in chromium chromium-browser google-chrome; do
    has "$name" && exit 0
done
installs chromium && exit 0
.venv/bin/python -m playwright install chromium && exit 0
echo "No Chromium could be installed; set CHROMIUM to one for the browser tests." >&2
