#!/bin/sh
# Asks the databases of known weaknesses about every locked package. Exit 1 when one is known; 2 when none is and a
# database could not be asked, since what cannot be asked is not called clean. (`make` answers 2 for both.)
set -u
said=$(mktemp) || exit 2
trap 'rm -f "$said"' EXIT
known=no
unasked=

.venv/bin/pip-audit --strict --disable-pip --require-hashes --progress-spinner off -r requirements.lock >"$said" 2>&1
if [ $? -eq 0 ]; then
  echo "Python: no known weakness in $(grep -c '==' requirements.lock) packages."
elif grep -q "known vulnerabilit" "$said"; then
  cat "$said"
  known=yes
else
  unasked="Python ($(grep . "$said" | tail -n 1 | cut -c 1-150))"
fi

npm audit >"$said" 2>&1
if [ $? -eq 0 ]; then
  echo "npm: no known weakness."
elif grep -q "vulnerabilit" "$said"; then
  cat "$said"
  known=yes
else
  unasked="${unasked:+$unasked, and of }npm ($(grep . "$said" | head -n 1 | cut -c 1-150))"
fi

[ -z "$unasked" ] || echo "The database of weaknesses could not be asked from here, so nothing is known of $unasked." >&2
[ $known = no ] || exit 1
[ -z "$unasked" ] || exit 2
