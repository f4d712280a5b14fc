/** The model card: all that the client knows of a loaded model. The sidecar makes it; plans and data are built from it. */

/** A loaded model, described. */
export interface ModelCard {
  /** Name or path it was loaded by. */
  readonly name: string;
  /** Architecture class, such as "LlamaForCausalLM". */
  readonly architecture: string;
  /** Number of decoder blocks N; block 0 is next to the embedding, N - 1 next to the head. */
  readonly blockCount: number;
  /** Width of the residual stream. */
  readonly hiddenSize: number;
  readonly vocabularySize: number;
  /** Longest sequence in tokens. */
  readonly contextLength: number;
  readonly tiedEmbeddings: boolean;
  readonly parameters: ParameterCounts;
  /** Linear maps inside a block that can carry an adapter. */
  readonly blockLinears: readonly BlockLinear[];
  readonly specialTokens: SpecialTokens;
  /** tokenizer.json, whole. */
  readonly tokenizerJson: string;
  /** tokenizer_config.json, whole; empty where the model has none. */
  readonly tokenizerConfigJson: string;
  /** Jinja source; undefined for a model without a chat template. */
  readonly chatTemplate: string | undefined;
  /** "sha256:" and hex over the weight files, and "+nf4" where they are held so. */
  readonly weightsHash: string;
  /** A text with the ids the sidecar's tokenizer gives it, to prove that both sides tokenise alike. */
  readonly tokenizerProbe: { readonly text: string; readonly tokenIds: readonly number[] };
  /** A conversation as transformers renders it; undefined for a model whose template takes none, or that has none. */
  readonly templateProbe: TemplateProbe | undefined;
  readonly dtype: string;
  /** Licence as the model names it; empty where unknown. */
  readonly license: string;
  /** Folder on the sidecar's machine that transformers loads these very weights from. */
  readonly weightsFolder: string;
  /** Parameters of the norms inside a block, in the model's order. */
  readonly blockNorms: readonly BlockNorm[];
  /** How the blocks' linear maps are held: "none", as all else in `dtype`, or "nf4", in 4 bits. */
  readonly quantization: string;
}

/** A rendered conversation, to prove that both sides read the chat template alike. */
export interface TemplateProbe {
  /** JSON list of messages with role and content. */
  readonly messagesJson: string;
  /** The time that the template was told: "YYYY-MM-DDTHH:MM:SS", of no time zone. */
  readonly localTime: string;
  /** The text, generation prompt at its end. */
  readonly text: string;
}

/** Parameter counts, each parameter counted once. */
export interface ParameterCounts {
  readonly total: number;
  readonly embedding: number;
  /** One entry a block. */
  readonly byBlock: readonly number[];
  readonly finalNorm: number;
  readonly head: number;
}

/** One linear map inside a block. */
export interface BlockLinear {
  /** Name inside the block, such as "self_attn.q_proj". */
  readonly name: string;
  readonly part: "attention" | "mlp";
  readonly inFeatures: number;
  readonly outFeatures: number;
  /** Blocks that have it; empty: every block. */
  readonly blocks: readonly number[];
}

/** One parameter of a norm inside a block. */
export interface BlockNorm {
  /** Name inside the block, such as "input_layernorm.weight". */
  readonly name: string;
  /** How many numbers it holds. */
  readonly size: number;
  /** Blocks that have it; empty: every block. */
  readonly blocks: readonly number[];
}

/** Token ids with a meaning of their own. */
export interface SpecialTokens {
  readonly bosId: number | undefined;
  /** Ids that end a generation. */
  readonly eosIds: readonly number[];
  readonly padId: number | undefined;
}

/** The part of a model card that tokens and conversations are made from; all of it can be read without the weights. */
export type TextCard = Pick<
  ModelCard,
  | "name"
  | "vocabularySize"
  | "specialTokens"
  | "tokenizerJson"
  | "tokenizerConfigJson"
  | "chatTemplate"
  | "tokenizerProbe"
  | "templateProbe"
>;
