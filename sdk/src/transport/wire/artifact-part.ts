/** FetchArtifactsResponse, read. */
import type { ArtifactPart } from "../bridge.js";
import type { FetchArtifactsResponse } from "../gen/midblock/v1/run.js";
import { required } from "./incomplete.js";
import { readUint64 } from "./numbers.js";

/** Unlike an unknown event, an unknown part can't be passed over: a file would lack its bytes. */
export function readArtifactPart(response: FetchArtifactsResponse): ArtifactPart {
  const part = required(response.part, "FetchArtifactsResponse.part");
  switch (part.$case) {
    case "header": {
      const { path, bytes, sha256 } = part.value;
      return { kind: "header", path, bytes: readUint64(bytes, "ArtifactHeader.bytes"), sha256 };
    }
    case "chunk":
      return { kind: "chunk", data: part.value };
  }
}
