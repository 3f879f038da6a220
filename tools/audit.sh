#!/bin/sh
# Asks the databases of known weaknesses about every locked package. What cannot be asked is not called clean: exit 2.
set -u
said=$(mktemp) || exit 2
trap 'rm -f "$said"' EXIT
status=0

.venv/bin/pip-audit --strict --disable-pip --require-hashes --progress-spinner off -r requirements.lock >"$said" 2>&1
code=$?
if grep -q "could not be audited\|Failed to connect\|ConnectionError" "$said"; then
  echo "Python: the database of weaknesses could not be asked from here; nothing is known." >&2
  status=2
elif [ $code -ne 0 ]; then
  cat "$said"
  status=1
else
  echo "Python: no known weakness in $(grep -c '==' requirements.lock) packages."
fi

npm audit >"$said" 2>&1
code=$?
if grep -q "audit endpoint returned an error\|ENOTFOUND\|ECONNREFUSED\|ENOAUDIT" "$said"; then
  echo "npm: the database of weaknesses could not be asked from here; nothing is known." >&2
  status=2
elif [ $code -ne 0 ]; then
  cat "$said"
  [ $status -eq 0 ] && status=1
else
  echo "npm: no known weakness."
fi
exit $status
