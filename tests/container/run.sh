#!/usr/bin/env bash
# Builds the image and trains a tiny model through the container from a client on the host.
#
#     tests/container/run.sh BASE_IMAGE [BUILD_OPTION...]
#
# Needs buildah (root, no engine), openssl, and the set-up that `npm test` makes. BASE_IMAGE is a Debian or Ubuntu with apt;
# BUILD_OPTIONs go to `buildah build`, such as --volume or --build-arg. The container runs in buildah's chroot isolation,
# which shares the host's network; the sidecar therefore listens on a port that the system chooses, on all addresses.
set -euo pipefail
cd "$(dirname "$0")/../.."
base_image="$1"; shift
export STORAGE_DRIVER="${STORAGE_DRIVER:-vfs}" BUILDAH_ISOLATION="${BUILDAH_ISOLATION:-chroot}"

work="$(mktemp -d)"
container=""
server=""
cleanup() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
  if [ -n "$container" ]; then buildah rm "$container" >/dev/null; fi
  rm -rf "$work"
}
trap cleanup EXIT

echo "building the image"
buildah build --build-arg BASE_IMAGE="$base_image" "$@" --tag midblock-test --file Dockerfile .

echo "making a tiny model, a token and a certificate"
python="$(npx tsx scripts/development-environment.ts)"
"$python" tests/support/make_tiny_model.py "$work/model" > /dev/null
openssl rand -hex 32 > "$work/token"
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
  -keyout "$work/tls.key" -out "$work/tls.crt" 2> /dev/null
chmod -R a+rX "$work"

container="$(buildah from midblock-test)"
in_container=(buildah run --user midblock --volume "$work:/run/secrets:ro" "$container" --)
serve=("${in_container[@]}" python -m midblock_server serve --model /run/secrets/model --device cpu --threads 1
  --cache-folder /var/lib/midblock/models --state-folder /var/lib/midblock/state)

echo "without token and certificate it must refuse a public address"
if "${serve[@]}" --listen 0.0.0.0:0 > "$work/refusal" 2> /dev/null < /dev/null; then
  echo "it listened on a public address without a token" >&2; exit 1
fi
grep -o '"message": *"[^"]*"' "$work/refusal"

echo "with them it serves"
mkfifo "$work/ready"
"${serve[@]}" --listen 0.0.0.0:0 --token-file /run/secrets/token --tls-certificate /run/secrets/tls.crt --tls-key /run/secrets/tls.key \
  > "$work/ready" 2> "$work/log" < /dev/null &
server=$!
read -r ready < "$work/ready"
port="$(sed -E 's/.*"address": *"[^"]*:([0-9]+)".*/\1/' <<< "$ready")"

MIDBLOCK_ADDRESS="localhost:$port" MIDBLOCK_TOKEN="$(cat "$work/token")" MIDBLOCK_CERTIFICATE="$work/tls.crt" \
  MIDBLOCK_OUTPUT="$work/out" npx tsx tests/container/client.ts
"${in_container[@]}" python -m midblock_server health --address "localhost:$port" --tls-certificate /run/secrets/tls.crt
echo "the container trained: $(ls "$work/out" | tr '\n' ' ')"
