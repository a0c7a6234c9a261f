#!/bin/sh
# Print the path of a Chromium for the browser tests; install one by the means at hand where there is none.
# $1: the Python whose Playwright may fetch one as a last resort.
set -u
find_one() {
    for name in "${CONTRAFLOW_CHROMIUM:-}" chromium chromium-browser google-chrome; do
        [ -n "$name" ] && command -v "$name" && return 0
    done
    return 1
}
find_one && exit 0
echo "No Chromium found; installing one for the browser tests" >&2
if command -v apt-get >/dev/null 2>&1; then
    as=""
    [ "$(id -u)" = 0 ] || as="sudo -n"
    { $as apt-get update -qq && DEBIAN_FRONTEND=noninteractive $as apt-get install -y -qq --no-install-recommends chromium; } >/dev/null 2>&1
    find_one && exit 0
fi
if "$1" -m playwright install chromium >/dev/null 2>&1; then
    "$1" -c "from playwright.sync_api import sync_playwright as s
with s() as p: print(p.chromium.executable_path)"
    exit 0
fi
echo "No Chromium could be installed: install one (Debian: apt-get install chromium) or set CONTRAFLOW_CHROMIUM to its path." >&2
exit 0
