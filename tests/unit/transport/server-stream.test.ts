/** Streams: leaving, cancelling, silence, backpressure and large messages. */
import { status } from "@grpc/grpc-js";
import { expect, test } from "@jest/globals";
import { Channel } from "../../../sdk/src/transport/channel.js";
import { ControlService } from "../../../sdk/src/transport/gen/midblock/v1/control.js";
import { ArtifactForm, RunsService } from "../../../sdk/src/transport/gen/midblock/v1/run.js";
import { streamMessages } from "../../../sdk/src/transport/server-stream.js";
import { handshakeWith, quickTimings, withBridge } from "../../support/scripted-answers.js";
import { type Script, ScriptedFailure, startScriptedSidecar } from "../../support/scripted-sidecar.js";

const chunk = { chunk: Buffer.from("bytes") };

/** Runs the body with a channel to a sidecar that answers FetchArtifacts as told. */
async function withFetch(
  fetch: NonNullable<Script["streams"]>[string],
  body: (channel: Channel) => Promise<void>,
): Promise<void> {
  const sidecar = await startScriptedSidecar({ streams: { "Runs/FetchArtifacts": fetch } });
  const channel = new Channel(sidecar.address, "secret", undefined, quickTimings);
  try {
    await body(channel);
  } finally {
    channel.close();
    sidecar.stop();
  }
}

function fetchFrom(channel: Channel, signal?: AbortSignal, silenceMilliseconds = 60_000) {
  const request = { runId: "r1", step: undefined, form: ArtifactForm.ARTIFACT_FORM_TRAINED };
  return streamMessages(channel, RunsService.fetchArtifacts, request, { signal, silenceMilliseconds });
}

test("leaving early cancels the call", async () => {
  let noteCancelled: () => void = () => {};
  const noticed = new Promise<void>((resolve) => {
    noteCancelled = resolve;
  });
  await withFetch(
    async (_, stream) => {
      await stream.send(chunk);
      await stream.cancelled;
      noteCancelled();
    },
    async (channel) => {
      for await (const message of fetchFrom(channel)) {
        expect(message.part?.$case).toBe("chunk");
        break;
      }
      await noticed;
    },
  );
});

test("the caller's signal cancels the call and throws", async () => {
  const cancelling = new AbortController();
  await withFetch(
    async (_, stream) => {
      await stream.send(chunk);
      await stream.cancelled;
    },
    async (channel) => {
      const messages = fetchFrom(channel, cancelling.signal);
      await messages.next();
      const waiting = messages.next();
      cancelling.abort("enough");
      await expect(waiting).rejects.toMatchObject({ name: "CancelledError", code: "cancelled", cause: "enough" });
      expect(await messages.next()).toEqual({ done: true, value: undefined });
    },
  );
});

test("a signal that fired before makes no call", async () => {
  let calls = 0;
  await withFetch(
    () => {
      calls += 1;
    },
    async (channel) => {
      await expect(fetchFrom(channel, AbortSignal.abort()).next()).rejects.toMatchObject({ code: "cancelled" });
      expect(calls).toBe(0);
    },
  );
});

test("a sidecar that falls silent is an error, and its call is cancelled", async () => {
  let noteCancelled: () => void = () => {};
  const noticed = new Promise<void>((resolve) => {
    noteCancelled = resolve;
  });
  const streams: Script["streams"] = {
    "Control/GetModelCard": async (_, stream) => {
      await stream.send({ heartbeat: { unix_seconds: 1 } });
      await stream.cancelled;
      noteCancelled();
    },
  };
  const unary = { "Control/Handshake": () => handshakeWith({ heartbeat_seconds: 0.01 }) };
  await withBridge({ unary, streams }, async (bridge) => {
    await expect(bridge.modelCard()).rejects.toMatchObject({
      name: "BridgeError",
      code: "connection-failed",
      found: "nothing for 0.06 s",
      message: expect.stringContaining("Control.GetModelCard"),
    });
    await noticed;
  });
});

test("heartbeats keep a stream alive for longer than the silence that ends one", async () => {
  const beats = 40;
  await withFetchOfCard(beats, async (channel) => {
    const options = { signal: undefined, silenceMilliseconds: 1500 };
    let seen = 0;
    const started = performance.now();
    for await (const _ of streamMessages(channel, ControlService.getModelCard, {}, options)) seen += 1;
    expect(seen).toBe(beats);
    expect(performance.now() - started).toBeGreaterThan(1500);
  });
});

/** A sidecar that beats every 50 ms; here the clock is what is tested, so it is what is awaited. */
async function withFetchOfCard(beats: number, body: (channel: Channel) => Promise<void>): Promise<void> {
  const sidecar = await startScriptedSidecar({
    streams: {
      "Control/GetModelCard": async (_, stream) => {
        for (let beat = 0; beat < beats; beat++) {
          await new Promise((resolve) => setTimeout(resolve, 50));
          await stream.send({ heartbeat: { unix_seconds: beat } });
        }
      },
    },
  });
  const channel = new Channel(sidecar.address, "secret", undefined, quickTimings);
  await body(channel);
  channel.close();
  sidecar.stop();
}

test("time that the consumer takes is not silence", async () => {
  await withFetch(
    async (_, stream) => {
      await stream.send(chunk);
      await stream.send(chunk);
    },
    async (channel) => {
      let seen = 0;
      for await (const _ of fetchFrom(channel, undefined, 1000)) {
        seen += 1;
        await new Promise((resolve) => setTimeout(resolve, 1100));
      }
      expect(seen).toBe(2);
    },
  );
});

test("a consumer that stops for a while stops the sender", async () => {
  const megabyte = { chunk: Buffer.alloc(1024 * 1024) };
  const count = 100;
  let sent = 0;
  let received = 0;
  await withFetch(
    async (_, stream) => {
      for (; sent < count; sent++) await stream.send(megabyte);
    },
    async (channel) => {
      for await (const _ of fetchFrom(channel)) {
        received += 1;
        if (received > 1) continue;
        await untilUnchanged(() => sent);
        expect(sent).toBeGreaterThan(1);
        expect(sent).toBeLessThan(count / 2);
      }
    },
  );
  expect(received).toBe(count);
});

/** That nothing happens any more can be seen by the clock alone: a tenth of a second without a change. */
async function untilUnchanged(read: () => number): Promise<void> {
  for (let before = -1, unchanged = 0; unchanged < 20; unchanged = read() === before ? unchanged + 1 : 0) {
    before = read();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test("carries messages of up to 64 MiB, beyond gRPC's own 4 MiB", async () => {
  const bytes = Buffer.alloc(63 * 1024 * 1024, 7);
  await withFetch(
    (_, stream) => stream.send({ chunk: bytes }),
    async (channel) => {
      for await (const { part } of fetchFrom(channel)) {
        expect(part?.$case === "chunk" && bytes.equals(part.value)).toBe(true);
      }
    },
  );
});

test("a message above 64 MiB is refused as a limit", async () => {
  await withFetch(
    (_, stream) => stream.send({ chunk: Buffer.alloc(65 * 1024 * 1024) }),
    async (channel) => {
      await expect(fetchFrom(channel).next()).rejects.toMatchObject({ name: "BridgeError", code: "limit-exceeded" });
    },
  );
});

test("messages that came before an error are given before it", async () => {
  await withFetch(
    async (_, stream) => {
      await stream.send(chunk);
      throw new ScriptedFailure(status.DATA_LOSS, "damaged", { code: "artifact-corrupt", message: "Bad file." });
    },
    async (channel) => {
      const messages = fetchFrom(channel);
      expect((await messages.next()).value?.part?.$case).toBe("chunk");
      await expect(messages.next()).rejects.toMatchObject({ name: "RunError", code: "artifact-corrupt" });
    },
  );
});

test("a closed channel is named as such", async () => {
  await withFetch(
    (_, stream) => stream.send(chunk),
    async (channel) => {
      channel.close();
      await expect(fetchFrom(channel).next()).rejects.toMatchObject({
        code: "call-failed",
        message: expect.stringContaining("closed by this program"),
      });
    },
  );
});

test("closing while a stream runs ends it", async () => {
  await withFetch(
    async (_, stream) => {
      await stream.send(chunk);
      await stream.cancelled;
    },
    async (channel) => {
      const messages = fetchFrom(channel);
      await messages.next();
      const waiting = messages.next();
      channel.close();
      await expect(waiting).rejects.toMatchObject({ message: expect.stringContaining("closed by this program") });
    },
  );
});
