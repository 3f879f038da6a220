#!/bin/sh
# PDF documents are set with Pango. Finds it, installs it where that is allowed, or says what to install.
set -eu

if .venv/bin/python -c 'import weasyprint' >/dev/null 2>&1; then
  exit 0
fi
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  echo "Installing Pango for the documents ..."
  report=$(mktemp)
  if { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
      libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-liberation; } >"$report" 2>&1 </dev/null; then
    rm -f "$report"
    exit 0
  fi
  tail -n 5 "$report" >&2
  rm -f "$report"
fi
echo "PDF documents need Pango: install it (Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0) and try again." >&2
exit 1
