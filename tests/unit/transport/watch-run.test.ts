/** Watching a run through breaks: every event once, in order, none missing. */
import { status } from "@grpc/grpc-js";
import { describe, expect, test } from "@jest/globals";
import type { TrainingEvent } from "../../../sdk/src/training/run-event.js";
import { openBridge } from "../../../sdk/src/transport/grpc-bridge.js";
import type { WireMessage } from "../../support/contract-definitions.js";
import {
  handshakeAnswer,
  handshakeWith,
  quickTimings,
  recordMessage,
  withBridge,
} from "../../support/scripted-answers.js";
import {
  type Script,
  ScriptedFailure,
  type ScriptedStream,
  startScriptedSidecar,
} from "../../support/scripted-sidecar.js";

const stepEvent = (sequence: number): WireMessage => ({
  event: { sequence: String(sequence), unix_seconds: 1, step_ended: { step: sequence } },
});
const endEvent = (sequence: number): WireMessage => ({
  event: { sequence: String(sequence), unix_seconds: 1, run_ended: { state: "RUN_STATE_COMPLETED" } },
});

async function sequences(events: AsyncIterable<TrainingEvent>): Promise<number[]> {
  const told: number[] = [];
  for await (const event of events) told.push(event.sequence);
  return told;
}

type Watch = (stream: ScriptedStream, from: number) => void | Promise<void>;

/** A sidecar whose n-th stream does as the n-th script says; the last script is used again. `froms` notes the requests. */
function watching(...scripts: Watch[]) {
  const froms: number[] = [];
  const streams: Script["streams"] = {
    "Runs/WatchRun": async (request, stream) => {
      const from = Number(request["from_sequence"] ?? 0);
      froms.push(from);
      await scripts[Math.min(froms.length, scripts.length) - 1]?.(stream, from);
    },
  };
  return { froms, streams };
}

const breakOff = () => {
  throw new ScriptedFailure(status.UNAVAILABLE, "gone");
};

async function sendRange(stream: ScriptedStream, first: number, last: number): Promise<void> {
  for (let sequence = first; sequence <= last; sequence++) await stream.send(stepEvent(sequence));
}

describe("a broken stream", () => {
  test("goes on at the event that did not arrive", async () => {
    const { froms, streams } = watching(
      async (stream, from) => {
        await sendRange(stream, from, 3);
        await stream.cancelled;
      },
      (stream, from) => sendRange(stream, from, 5).then(breakOff),
      breakOff,
      (stream, from) => sendRange(stream, from, 7).then(() => stream.send(endEvent(8))),
    );
    const script = { unary: { "Control/Handshake": () => handshakeAnswer }, streams };
    const first = await startScriptedSidecar(script);
    const bridge = await openBridge({ address: first.address, token: "t", clientVersion: "0" }, quickTimings);
    const events = bridge.watchRun("r1", 1)[Symbol.asyncIterator]();
    const told: number[] = [];
    for (let count = 0; count < 3; count++) told.push((await events.next()).value?.sequence ?? 0);
    // The server is killed with the connection, and another one takes its place.
    const { port } = first;
    first.stop();
    const second = await startScriptedSidecar(script, { port });
    for (let next = await events.next(); !next.done; next = await events.next()) told.push(next.value.sequence);
    expect(told).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    // An event sent just before a break may be lost with it, and is asked for again.
    expect(froms[0]).toBe(1);
    expect(froms[1]).toBe(4);
    bridge.close();
    second.stop();
  });

  test("never gives an event twice", async () => {
    const { streams } = watching(
      (stream) => sendRange(stream, 1, 2).then(() => stream.cancelled),
      (stream) => sendRange(stream, 1, 4).then(() => stream.send(endEvent(5))),
    );
    const unary = { "Control/Handshake": () => handshakeWith({ heartbeat_seconds: 0.1 }) };
    await withBridge({ unary, streams }, async (bridge) => {
      expect(await sequences(bridge.watchRun("r1", 1))).toEqual([1, 2, 3, 4, 5]);
    });
  });

  test("that falls silent is opened again", async () => {
    const { froms, streams } = watching(
      async (stream) => {
        await sendRange(stream, 1, 2);
        await stream.cancelled;
      },
      (stream) => stream.send(endEvent(3)),
    );
    const unary = { "Control/Handshake": () => handshakeWith({ heartbeat_seconds: 0.1 }) };
    await withBridge({ unary, streams }, async (bridge) => {
      expect(await sequences(bridge.watchRun("r1", 0))).toEqual([1, 2, 3]);
    });
    expect(froms).toEqual([1, 3]);
  });

  test("is given up after enough tries that brought nothing, with an error that names the run", async () => {
    const { froms, streams } = watching((stream) => sendRange(stream, 1, 2).then(() => stream.cancelled), breakOff);
    const unary = { "Control/Handshake": () => handshakeWith({ heartbeat_seconds: 0.1 }) };
    const timings = { ...quickTimings, fruitlessTries: 4 };
    await withBridge(
      { unary, streams },
      async (bridge) => {
        await expect(sequences(bridge.watchRun("r1", 1))).rejects.toMatchObject({
          name: "BridgeError",
          code: "connection-failed",
          message: expect.stringContaining("run r1"),
          facts: { runId: "r1", nextSequence: "3" },
        });
      },
      timings,
    );
    expect(froms).toEqual([1, 3, 3, 3, 3]);
  });

  test("any message, a heartbeat too, makes the tries count from anew", async () => {
    const beatThenBreak: Watch = async (stream) => {
      await stream.send({ heartbeat: { unix_seconds: 1 } });
      throw new ScriptedFailure(status.UNAVAILABLE, "gone");
    };
    const scripts = [...Array.from({ length: 10 }, () => beatThenBreak), (s: ScriptedStream) => s.send(endEvent(1))];
    const { froms, streams } = watching(...scripts);
    // grpc-js hands an error over at once and may drop a message right before it, so some tries count as fruitless.
    const timings = { ...quickTimings, fruitlessTries: 10 };
    await withBridge(
      { streams },
      async (bridge) => {
        expect(await sequences(bridge.watchRun("r1", 1))).toEqual([1]);
      },
      timings,
    );
    expect(froms).toHaveLength(11);
  });
});

describe("an end", () => {
  const state = (name: string, last: number) => ({ ...recordMessage, state: name, last_sequence: String(last) });

  test("that comes while the run goes on is a break", async () => {
    const { froms, streams } = watching(
      (stream) => sendRange(stream, 1, 2),
      (stream) => stream.send(endEvent(3)),
    );
    const unary = { "Runs/GetRun": () => state("RUN_STATE_RUNNING", 2) };
    await withBridge({ unary, streams }, async (bridge) => {
      expect(await sequences(bridge.watchRun("r1", 1))).toEqual([1, 2, 3]);
    });
    expect(froms).toEqual([1, 3]);
  });

  test("before the run's last event is a break", async () => {
    const { froms, streams } = watching(
      (stream) => sendRange(stream, 1, 2),
      (stream) => stream.send(endEvent(3)),
    );
    const unary = { "Runs/GetRun": () => state("RUN_STATE_COMPLETED", 3) };
    await withBridge({ unary, streams }, async (bridge) => {
      expect(await sequences(bridge.watchRun("r1", 1))).toEqual([1, 2, 3]);
    });
    expect(froms).toEqual([1, 3]);
  });

  test("without events is one when the run rests and all was seen before", async () => {
    const { froms, streams } = watching(() => {});
    const unary = { "Runs/GetRun": () => state("RUN_STATE_COMPLETED", 7) };
    await withBridge({ unary, streams }, async (bridge) => {
      expect(await sequences(bridge.watchRun("r1", 8))).toEqual([]);
    });
    expect(froms).toEqual([8]);
  });

  test("is not seen in a pause of the past that later events follow", async () => {
    const paused = { event: { sequence: "2", unix_seconds: 1, run_paused: { step: 1 } } };
    const { streams } = watching(async (stream) => {
      for (const message of [stepEvent(1), paused, stepEvent(3), endEvent(4)]) await stream.send(message);
    });
    await withBridge({ streams }, async (bridge) => {
      expect(await sequences(bridge.watchRun("r1", 1))).toEqual([1, 2, 3, 4]);
    });
  });
});

describe("errors", () => {
  test("a gap is one, and is not tried again", async () => {
    const { froms, streams } = watching(async (stream) => {
      await stream.send(stepEvent(1));
      await stream.send(stepEvent(3));
      await stream.cancelled;
    });
    await withBridge({ streams }, async (bridge) => {
      await expect(sequences(bridge.watchRun("r1", 1))).rejects.toMatchObject({
        code: "call-failed",
        found: "event 3",
        wanted: "event 2",
        facts: { runId: "r1" },
      });
    });
    expect(froms).toEqual([1]);
  });

  test("of the sidecar are thrown at once", async () => {
    const { froms, streams } = watching(() => {
      throw new ScriptedFailure(status.NOT_FOUND, "x", { code: "run-not-found", message: "There is no run r1." });
    });
    await withBridge({ streams }, async (bridge) => {
      await expect(sequences(bridge.watchRun("r1", 1))).rejects.toMatchObject({ code: "run-not-found" });
    });
    expect(froms).toEqual([1]);
  });

  test("the caller's signal ends the wait for a sidecar to come back", async () => {
    const cancelling = new AbortController();
    const { streams } = watching(() => {
      cancelling.abort("enough");
      return breakOff();
    });
    const timings = { ...quickTimings, firstPauseMilliseconds: 600_000, longestPauseMilliseconds: 600_000 };
    await withBridge(
      { streams },
      async (bridge) => {
        const events = sequences(bridge.watchRun("r1", 1, cancelling.signal));
        await expect(events).rejects.toMatchObject({ name: "CancelledError", cause: "enough" });
      },
      timings,
    );
  });
});
