#!/bin/sh
# The browser tests need a Chromium: one that is there, else Debian's, else Playwright's.
for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update -qq && apt-get install -y -qq chromium >/dev/null && exit 0
fi
.venv/bin/python -m playwright install chromium && exit 0
echo "No Chromium could be installed; set CHROMIUM to one for the browser tests." >&2
