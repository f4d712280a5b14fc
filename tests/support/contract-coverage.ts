/** Notes which fields of the contract a test file has carried, so that one left out is a failure. */
import { contractFields, fieldsSetIn } from "./contract-definitions.js";

/** The fields seen so far, of messages that the file wants to cover. */
export class ContractCoverage {
  readonly #wanted: ReadonlySet<string>;
  readonly #seen = new Set<string>();

  constructor(types: readonly string[]) {
    this.#wanted = contractFields(types);
  }

  /** Notes the fields set in a message and in those inside it, and gives it back. */
  note<Message extends object>(type: string, message: Message): Message {
    for (const field of fieldsSetIn(type, message)) this.#seen.add(field);
    return message;
  }

  /** Fields of the contract that no message had set. */
  missing(): string[] {
    return [...this.#wanted].filter((field) => !this.#seen.has(field));
  }
}
