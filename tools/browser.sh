#!/bin/sh
# The tests need a real Chromium. Finds one, installs it where that is allowed, or says what to install.
# The headless shell is the same browser without windows: a third less work for the machine.
set -eu

for name in chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable; do
  if command -v "$name" >/dev/null 2>&1; then
    exit 0
  fi
done
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  echo "Installing Chromium for the browser tests ..."
  report=$(mktemp)
  for package in chromium-headless-shell chromium; do
    if { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
        "$package" fonts-liberation; } >"$report" 2>&1 </dev/null; then
      rm -f "$report"
      exit 0
    fi
  done
  tail -n 5 "$report" >&2
  rm -f "$report"
fi
echo "The browser tests need Chromium: install it (Debian: apt-get install chromium fonts-liberation) and try again." >&2
exit 1
