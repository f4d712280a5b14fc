import { describe, expect, test } from "@jest/globals";
import { EventLog } from "../../../sdk/src/finetune/event-log.js";
import type { UnnumberedEvent } from "../../../sdk/src/finetune/run-event.js";

function progress(done: number): UnnumberedEvent {
  return {
    type: "eval-progress",
    unixSeconds: 0,
    phase: "before",
    task: "records",
    done,
    total: 3,
    reused: 0,
    secondsLeft: 1,
  };
}

async function sequences(log: EventLog, from?: number): Promise<number[]> {
  const seen: number[] = [];
  for await (const event of log.read(from)) seen.push(event.sequence);
  return seen;
}

describe("EventLog", () => {
  test("a reader sees what was there, then what comes, until the log is closed", async () => {
    const log = new EventLog();
    log.append(progress(1));
    const reading = sequences(log);
    log.append(progress(2));
    await Promise.resolve();
    log.append(progress(3));
    log.close();
    expect(await reading).toEqual([1, 2, 3]);
  });

  test("several readers go at their own pace, from where they like, also after the end", async () => {
    const log = new EventLog();
    for (const done of [1, 2, 3]) log.append(progress(done));
    const slow = log.read();
    expect((await slow.next()).value).toMatchObject({ sequence: 1 });
    log.close();
    expect(await sequences(log, 2)).toEqual([2, 3]);
    expect((await slow.next()).value).toMatchObject({ sequence: 2 });
    expect(await sequences(log, 9)).toEqual([]);
  });

  test("a reader that waits is woken by each event", async () => {
    const log = new EventLog();
    const reader = log.read();
    for (const done of [1, 2]) {
      const next = reader.next();
      log.append(progress(done));
      expect((await next).value).toMatchObject({ sequence: done });
    }
  });

  test("leaving the loop leaves the log to others", async () => {
    const log = new EventLog();
    log.append(progress(1));
    for await (const _ of log.read()) break;
    log.append(progress(2));
    log.close();
    expect(await sequences(log)).toEqual([1, 2]);
  });
});
