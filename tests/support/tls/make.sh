#!/usr/bin/env bash
# Makes the self-signed certificate of the TLS tests, valid for 100 years. It protects nothing.
set -euo pipefail
cd "$(dirname "$0")"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 \
  -subj "/CN=midblock test" -addext "subjectAltName=DNS:sidecar.test" \
  -keyout key.pem -out certificate.pem
