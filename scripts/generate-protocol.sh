#!/usr/bin/env bash
# Regenerates the codecs of both languages from proto/. Usage: generate-protocol.sh PYTHON [FOLDER]
# PYTHON has grpcio-tools (the development environment), whose protoc makes both sides. FOLDER is written to as if it
# were the repository; the repository itself by default.
set -euo pipefail
cd "$(dirname "$0")/.."
python="$1"
folder="${2:-.}"
typescript="$folder/sdk/src/transport/gen"
package="$folder/server-bridge/midblock_server/gen"

rm -rf "$typescript/midblock" "$package/midblock"
mkdir -p "$typescript" "$package"
"$python" -m grpc_tools.protoc -I proto \
  --plugin=protoc-gen-ts_proto=node_modules/.bin/protoc-gen-ts_proto \
  --ts_proto_out="$typescript" \
  --ts_proto_opt=outputServices=grpc-js,esModuleInterop=true,importSuffix=.js,oneof=unions-value,forceLong=bigint,env=node,outputJsonMethods=false,outputPartialMethods=false,useExactTypes=false \
  --python_out="$package" --pyi_out="$package" --grpc_python_out="$package" \
  proto/midblock/v1/*.proto
touch "$package/midblock/__init__.py" "$package/midblock/v1/__init__.py"
# protoc writes imports as if the proto folder were the root of all packages; ours lies inside midblock_server.gen.
find "$package" -name '*_pb2*.py*' -exec sed -i -E 's/^from midblock\.v1 import/from midblock_server.gen.midblock.v1 import/' {} +
"$python" scripts/write-contract-digest.py proto "$package/contract.py" "$typescript/contract.ts"
