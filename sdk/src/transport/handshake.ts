/** The first call: proves that a sidecar of the same protocol is on the other side. */
import { BridgeError, MidblockError } from "../errors.js";
import type { ServerFacts } from "./bridge.js";
import type { Channel } from "./channel.js";
import { contractDigest, protocolVersion } from "./gen/contract.js";
import { ControlService } from "./gen/midblock/v1/control.js";
import { callUnary } from "./unary-call.js";
import { readServerFacts } from "./wire/server-facts.js";

/**
 * Shakes hands. Another digest with the same version means that one side has fields the other lacks, which is allowed;
 * ServerFacts.contractDigest tells.
 *
 * @throws BridgeError "protocol-mismatch" for another protocol version; "deadline-exceeded" for a silent peer.
 */
export async function shakeHands(
  channel: Channel,
  clientVersion: string,
  signal: AbortSignal | undefined,
): Promise<ServerFacts> {
  const deadlineMilliseconds = channel.timings.handshakeMilliseconds;
  const request = { protocolVersion, contractDigest, clientVersion };
  const response = await callUnary(channel, ControlService.handshake, request, { signal, deadlineMilliseconds }).catch(
    (error: unknown) => {
      throw MidblockError.isInstance(error) && error.code === "deadline-exceeded" ? silentPeer(channel, error) : error;
    },
  );
  if (response.protocolVersion !== protocolVersion) {
    throw protocolMismatch(clientVersion, response.serverVersion, response.protocolVersion);
  }
  return readServerFacts(response);
}

function silentPeer(channel: Channel, cause: MidblockError): BridgeError {
  return new BridgeError({
    code: "deadline-exceeded",
    what: `Whatever listens at ${channel.address.target} did not answer the handshake.`,
    found: `nothing for ${channel.timings.handshakeMilliseconds / 1000} s`,
    wanted: "a midblock sidecar",
    nextStep: "Check the address, and that both sides use TLS or neither does.",
    cause,
  });
}

function protocolMismatch(clientVersion: string, serverVersion: string, serverProtocol: number): BridgeError {
  const clientIsOlder = serverProtocol > protocolVersion;
  return new BridgeError({
    code: "protocol-mismatch",
    what: `midblock ${clientVersion} and the sidecar ${serverVersion} speak different versions of the protocol.`,
    found: `protocol ${serverProtocol} on the sidecar's side`,
    wanted: `protocol ${protocolVersion}`,
    nextStep: clientIsOlder
      ? `Upgrade this side: npm install midblock@${serverVersion}`
      : `Upgrade the sidecar: pip install --upgrade midblock-server==${clientVersion}, then start it again`,
    facts: { upgrade: clientIsOlder ? "client" : "sidecar" },
  });
}
