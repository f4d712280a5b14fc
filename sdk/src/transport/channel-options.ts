/** The options of the gRPC channel; the sidecar's counterpart is server-bridge/midblock_server/limits.py. */
import type { ChannelOptions } from "@grpc/grpc-js";
import type { Address } from "./address.js";

/** Largest message each way. gRPC's own default for receiving is 4 MiB. */
export const maxMessageBytes = 64 * 1024 * 1024;

/** Options for a channel to an address; serverName is the name that the TLS certificate must carry. */
export function channelOptions(address: Address, serverName: string | undefined): ChannelOptions {
  return {
    "grpc.max_receive_message_length": maxMessageBytes,
    "grpc.max_send_message_length": maxMessageBytes,
    // The sidecar permits a ping every 10 s; with gRPC's default it would close the connection (too_many_pings).
    "grpc.keepalive_time_ms": 30_000,
    "grpc.keepalive_timeout_ms": 10_000,
    "grpc.keepalive_permit_without_calls": 1,
    // The default lets a channel wait up to two minutes before it connects again.
    "grpc.initial_reconnect_backoff_ms": 100,
    "grpc.max_reconnect_backoff_ms": 5_000,
    // Else two bridges to one address share a connection and its waits, and closing one leaves it open.
    "grpc.use_local_subchannel_pool": 1,
    // A proxy from the environment is never meant for this machine.
    ...(address.local ? { "grpc.enable_http_proxy": 0 } : {}),
    ...(serverName === undefined
      ? {}
      : { "grpc.ssl_target_name_override": serverName, "grpc.default_authority": serverName }),
  };
}
