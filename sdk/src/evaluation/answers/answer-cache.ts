/**
 * Keeps what a model answered, so that an evaluation goes on where it was stopped, and what was measured once is not
 * measured again.
 *
 * A file for each model, by the hash of all that decides its answers; in it a line for each answer, appended as it comes. A
 * torn or damaged line counts as none, and lines of several writers never mix, since each is appended by one write.
 */
import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, utimes } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod";
import { linesOf } from "../../data/files/lines.js";
import { systemCode } from "../../errors.js";
import { answerLine, readAnswerLine } from "./answer-line.js";
import { answersEnding, makeRoom } from "./make-room.js";

/** Where answers are kept, and how many. */
export interface AnswerCacheOptions {
  readonly folder: string;
  /** Most bytes in all; the models unused for longest are forgotten first. */
  readonly maxBytes: number;
}

/** Files are removed until this share of the whole is free, not for each answer anew. */
const freedShare = 1 / 16;

/** Kept answers of any number of models. */
export class AnswerCache {
  readonly #options: AnswerCacheOptions;

  constructor(options: AnswerCacheOptions) {
    this.#options = options;
  }

  /** The answers of the model with this hash. */
  open(answersHash: string): AnswerFile {
    return new AnswerFile(this.#options, answersHash);
  }
}

/**
 * Kept answers of one model. A folder that can't be read or written is told by a warning of the process, once, and
 * nothing is kept then: an evaluation never fails by it.
 */
export class AnswerFile {
  readonly #folder: string;
  readonly #path: string;
  readonly #maxBytes: number;
  #file: FileHandle | undefined;
  #room = 0;
  #failed = false;

  constructor({ folder, maxBytes }: AnswerCacheOptions, answersHash: string) {
    this.#folder = folder;
    this.#path = join(folder, `${answersHash.replace(/^sha256:/, "")}${answersEnding}`);
    this.#maxBytes = maxBytes;
  }

  /** The kept answers to these keys. */
  async find<Answer>(keys: ReadonlySet<string>, schema: z.ZodType<Answer>): Promise<ReadonlyMap<string, Answer>> {
    const found = new Map<string, Answer>();
    await this.#attempt(async () => {
      try {
        for await (const { bytes } of linesOf(createReadStream(this.#path))) {
          const read = readAnswerLine(Buffer.from(bytes).toString("utf8"), keys, schema);
          if (read !== undefined) found.set(read.key, read.answer);
        }
        const now = new Date();
        await utimes(this.#path, now, now);
      } catch (error) {
        if (systemCode(error) !== "ENOENT") throw error;
      }
    });
    return found;
  }

  /** Keeps an answer. What is kept survives the end of the process at any moment. */
  async keep(key: string, answer: unknown): Promise<void> {
    await this.#attempt(async () => {
      const line = Buffer.from(answerLine(key, answer));
      this.#file ??= await this.#openForAppending();
      if (line.length > this.#room) {
        const wanted = Math.max(line.length, Math.floor(this.#maxBytes * freedShare));
        this.#room = await makeRoom(this.#folder, this.#path, this.#maxBytes, wanted);
      }
      if (line.length > this.#room) throw new Error(`the limit of ${this.#maxBytes} bytes is reached`);
      await this.#file.appendFile(line);
      this.#room -= line.length;
    });
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  async #openForAppending(): Promise<FileHandle> {
    await mkdir(this.#folder, { recursive: true });
    // What a model says of private rows is nobody else's.
    const file = await open(this.#path, "a+", 0o600);
    // A line that a killed writer left torn ends here, so that the next one stands by itself.
    const { size } = await file.stat();
    const last = size === 0 ? undefined : (await file.read(Buffer.alloc(1), 0, 1, size - 1)).buffer[0];
    if (last !== undefined && last !== 0x0a) await file.appendFile("\n");
    return file;
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    if (this.#failed) return;
    try {
      await work();
    } catch (error) {
      this.#failed = true;
      const reason = error instanceof Error ? error.message : String(error);
      process.emitWarning(
        `Answers of this evaluation are not kept in ${this.#folder}: ${reason}. Set evaluationCache to a folder that can be written, with room, or to false.`,
        { type: "MidblockWarning", code: "MIDBLOCK_EVALUATION_CACHE" },
      );
    }
  }
}
