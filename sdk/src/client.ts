/**
 * The client: launches a sidecar or connects to one, and offers what it can do. Read this first.
 *
 * It is thin on purpose. Each method checks its options and hands plain values to the module that does the work:
 * finetune/ for the main job, evaluation/ for measuring, runs/ for the record of runs.
 */
import { join } from "node:path";
import {
  type ConnectOptions,
  type EvaluationCacheOptions,
  type LaunchOptions,
  type LaunchProgress,
  readConnectOptions,
  readLaunchOptions,
} from "./config/client-options.js";
import { type EvaluateOptions, readEvaluateOptions } from "./config/evaluate-options.js";
import { type FinetuneOptions, readFinetuneOptions } from "./config/finetune-options.js";
import { type GenerateOptions, readGenerateOptions } from "./config/generate-options.js";
import { createChatTemplate } from "./data/chat-template.js";
import type { DataModel } from "./data/data-model.js";
import type { Message } from "./data/datum.js";
import { dayOf } from "./data/template-date.js";
import { createTokenizer } from "./data/tokenizer.js";
import { AnswerCache } from "./evaluation/answers/answer-cache.js";
import { evaluateTasks } from "./evaluation/evaluate-tasks.js";
import { type Answer, generateAnswers } from "./evaluation/generate-answers.js";
import type { FinetuneRun } from "./finetune/finetune-run.js";
import { measurePreflight } from "./finetune/preflight.js";
import { startFinetune } from "./finetune/start-finetune.js";
import type { ModelCard } from "./layers/model-card.js";
import { packageVersion } from "./package-manifest.js";
import { Evaluation } from "./report/evaluation.js";
import { originOf } from "./report/origin.js";
import { Runs } from "./runs/runs.js";
import { defaultCacheFolder } from "./sidecar/folders.js";
import { launchSidecar, type Sidecar } from "./sidecar/launch.js";
import { sidecarExited } from "./sidecar/sidecar-error.js";
import type { Preflight } from "./training/preflight-result.js";
import type { Bridge, ServerFacts } from "./transport/bridge.js";
import { openBridge } from "./transport/grpc-bridge.js";

interface Model extends DataModel {
  readonly card: ModelCard;
}

/** A connection to one sidecar with one model. */
export class Client implements AsyncDisposable {
  /** The runs of the sidecar's state folder. */
  readonly runs: Runs;
  readonly #bridge: Bridge;
  readonly #sidecar: Sidecar | undefined;
  readonly #model: Model;
  readonly #answers: AnswerCache | undefined;

  private constructor(bridge: Bridge, model: Model, answers: AnswerCache | undefined, sidecar?: Sidecar) {
    this.#bridge = bridge;
    this.#model = model;
    this.#answers = answers;
    this.#sidecar = sidecar;
    this.runs = new Runs(bridge);
  }

  /**
   * Starts a sidecar on this machine and waits until its model is loaded. The sidecar ends with `close`, and with this
   * process however that ends.
   *
   * Throws an OptionsError for wrong options, an EnvironmentError where there is no usable Python or its environment
   * can't be made, a SidecarError where the sidecar does not start or dies, a ModelError where the model can't be
   * loaded, a TokenizerError where the client's tokenizer differs from the model's, a CancelledError on the signal.
   */
  static async launch(options: LaunchOptions): Promise<Client> {
    const checked = readLaunchOptions(options);
    const { onProgress, signal, cacheFolder } = checked;
    const answers = answerCache(checked.evaluationCache, cacheFolder);
    const sidecar = await launchSidecar(checked);
    try {
      const bridge = await openBridge({
        address: sidecar.address,
        token: sidecar.token,
        clientVersion: packageVersion,
        gone: sidecar.exited.then(sidecarExited),
        signal,
      });
      return new Client(bridge, await openModel(bridge, onProgress, signal), answers, sidecar);
    } catch (error) {
      await sidecar.stop();
      throw error;
    }
  }

  /**
   * Connects to a sidecar that runs elsewhere and waits until its model is loaded. `close` leaves that sidecar alone.
   *
   * Throws an OptionsError for wrong options or an unencrypted address on another machine, a BridgeError where nobody
   * answers, the token is wrong or the protocols differ, and ModelError, TokenizerError, CancelledError as `launch` does.
   */
  static async connect(options: ConnectOptions): Promise<Client> {
    const { address, token, tls, evaluationCache, onProgress, signal } = readConnectOptions(options);
    const bridge = await openBridge({ address, token, tls, clientVersion: packageVersion, signal });
    try {
      return new Client(bridge, await openModel(bridge, onProgress, signal), answerCache(evaluationCache));
    } catch (error) {
      bridge.close();
      throw error;
    }
  }

  /** Facts about the sidecar: versions, device, limits. */
  get server(): ServerFacts {
    return this.#bridge.server;
  }

  /** The loaded model, described. */
  get modelCard(): ModelCard {
    return this.#model.card;
  }

  /** What preparing data needs of the loaded model; its tokens are proven equal to the sidecar's. */
  get model(): DataModel {
    return this.#model;
  }

  /**
   * Trains the chosen blocks on the data and, where tasks are given, measures the model before and after.
   *
   * Returns once all that can be checked is checked and the data is uploaded; the work then goes on by itself, watched
   * or not. Throws at once, with all faults: OptionsError, DataError, LayerPlanError, TokenizerError.
   */
  async finetune(options: FinetuneOptions): Promise<FinetuneRun> {
    return startFinetune(this.#surroundings, readFinetuneOptions(options));
  }

  /**
   * Tries out what `finetune` with the same options would need: makes its largest step and decodes its longest prompt
   * with made-up tokens, then puts everything back. Nothing is uploaded or started.
   *
   * Tells memory by part, time, energy where the device counts it, and what to change where it does not fit, which is
   * an answer and not an error. Throws for options, data and plan as `finetune` does.
   */
  async preflight(options: FinetuneOptions): Promise<Preflight> {
    return measurePreflight(this.#surroundings, readFinetuneOptions(options));
  }

  /** Measures the base model, or a run's result, on tasks. A drift task needs a run. */
  async evaluate(options: EvaluateOptions): Promise<Evaluation> {
    const outcome = await evaluateTasks(this.#surroundings, readEvaluateOptions(options));
    return new Evaluation(outcome, originOf(this.modelCard, this.server));
  }

  /**
   * Answers prompts: a string is continued as it stands, messages are rendered by the model's chat template, with
   * today's date where it writes one. Answers
   * come as they finish, each with the index of its prompt; leaving the loop stops the work.
   */
  generate(prompts: readonly (string | readonly Message[])[], options: GenerateOptions = {}): AsyncIterable<Answer> {
    const template = this.#model.template.on(dayOf(new Date()));
    return generateAnswers(
      { inference: this.#bridge, limits: this.server.limits, ...this.#model, template },
      prompts,
      readGenerateOptions(options),
    );
  }

  /** What training and measuring need of this client. */
  get #surroundings() {
    return { bridge: this.#bridge, answers: this.#answers, ...this.#model };
  }

  /** Ends the connection, and the sidecar where this client launched it; its runs are checkpointed and resumable. */
  async close(): Promise<void> {
    this.#bridge.close();
    await this.#sidecar?.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Answers are kept beside environments and models, since they can be made again. */
function answerCache(
  chosen: EvaluationCacheOptions | false | undefined,
  cacheFolder = defaultCacheFolder(),
): AnswerCache | undefined {
  if (chosen === false) return undefined;
  const { folder = join(cacheFolder, "answers"), maxBytes = 500_000_000 } = chosen ?? {};
  return new AnswerCache({ folder, maxBytes });
}

async function openModel(
  bridge: Bridge,
  onProgress: ((progress: LaunchProgress) => void) | undefined,
  signal: AbortSignal | undefined,
): Promise<Model> {
  const card = await bridge.modelCard(onProgress, signal);
  return {
    card,
    name: card.name,
    contextLength: bridge.server.limits.maxSequenceTokens,
    tokenizer: createTokenizer(card),
    template: createChatTemplate(card),
  };
}
