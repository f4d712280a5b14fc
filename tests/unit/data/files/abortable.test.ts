import { describe, expect, test } from "@jest/globals";
import { answeredWithin, orAborted, untilAborted } from "../../../../sdk/src/data/files/abortable.js";

const never = () => new Promise<never>(() => {});

/** Settles only by its signal, as fetch does. */
function unanswered(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}

describe("orAborted", () => {
  test("is the promise while the signal is silent", async () => {
    const { signal } = new AbortController();
    await expect(orAborted(Promise.resolve(5), signal)).resolves.toBe(5);
    await expect(orAborted(Promise.reject(new Error("own")), signal)).rejects.toThrow("own");
  });

  test("throws the reason when the signal fires, or has fired", async () => {
    const stopping = new AbortController();
    const waiting = orAborted(never(), stopping.signal);
    stopping.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    await expect(orAborted(never(), stopping.signal)).rejects.toThrow("enough");
  });
});

describe("untilAborted", () => {
  test("lets go of a stream that never gives its next chunk, and closes one that does", async () => {
    let closed = false;
    async function* chunks(last: Promise<void>) {
      try {
        yield Buffer.from("a");
        await last;
      } finally {
        closed = true;
      }
    }
    const stopping = new AbortController();
    const stuck = untilAborted(chunks(never()), stopping.signal);
    await stuck.next();
    const waiting = stuck.next();
    stopping.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    expect(closed).toBe(false);

    const left = untilAborted(chunks(Promise.resolve()), new AbortController().signal);
    for await (const chunk of left) if (chunk.length > 0) break;
    expect(closed).toBe(true);
  });
});

describe("answeredWithin", () => {
  test("gives the answer, whose signal then stays silent", async () => {
    const signal = await answeredWithin(0.001, undefined, async (given) => given);
    await expect(answeredWithin(0.005, undefined, unanswered)).rejects.toThrow("no answer within 0.005 seconds");
    expect(signal.aborted).toBe(false);
  });

  test("stops with the signal that it is given", async () => {
    const stopping = new AbortController();
    const waiting = answeredWithin(1000, stopping.signal, unanswered);
    stopping.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
  });
});
