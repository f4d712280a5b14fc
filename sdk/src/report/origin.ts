/** Tells when, by what and of which base a report is. */
import type { ModelCard } from "../layers/model-card.js";
import { packageVersion } from "../package-manifest.js";
import type { ReportDevice, ReportOrigin } from "./run-report.js";

/** What a report tells of the sidecar. */
export interface ReportedServer {
  readonly serverVersion: string;
  readonly packageVersions: Readonly<Record<string, string>>;
  readonly device: ReportDevice;
}

/** The origin of a report that is made now. */
export function originOf(card: ModelCard, { serverVersion, packageVersions, device }: ReportedServer): ReportOrigin {
  return {
    createdAt: new Date().toISOString(),
    versions: { sdk: packageVersion, server: serverVersion, packages: packageVersions },
    device,
    model: {
      name: card.name,
      architecture: card.architecture,
      weightsHash: card.weightsHash,
      parameters: card.parameters.total,
      license: card.license,
      quantization: card.quantization,
      loadableFrom: card.weightsFolder,
    },
  };
}
