#!/usr/bin/env bash
# Fails when the committed codecs differ from those that proto/ gives. Usage: check-protocol.sh PYTHON
set -euo pipefail
cd "$(dirname "$0")/.."
fresh="$(mktemp -d)"
trap 'rm -rf "$fresh"' EXIT
bash scripts/generate-protocol.sh "$1" "$fresh"

differ=0
for part in sdk/src/transport/gen server-bridge/midblock_server/gen; do
  # The package's own __init__.py is not generated, and Python leaves caches of compiled files.
  diff --recursive --unified --exclude=__pycache__ --exclude=__init__.py "$part" "$fresh/$part" || differ=1
done
if [ "$differ" = 1 ]; then
  echo "The committed codecs (-) differ from the .proto files (+). Run: npm run protocol" >&2
fi
exit "$differ"
