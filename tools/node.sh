#!/bin/sh
# Installs the locked npm packages that the styles and scripts are built from.
set -eu

if ! command -v node >/dev/null 2>&1 || ! command -v npm >/dev/null 2>&1; then
  echo "Throughcare needs Node 20 or newer with npm: install it and run this again." >&2
  exit 1
fi
if ! node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)'; then
  echo "Throughcare needs Node 20 or newer; this is $(node --version)." >&2
  exit 1
fi

echo "Installing the locked npm packages ..."
npm ci --silent --no-audit --no-fund --no-update-notifier
