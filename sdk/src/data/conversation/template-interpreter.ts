/** Runs a rewritten chat template: hands its text to a recorder, and evaluates as Python's Jinja does. */
import { Environment, Interpreter } from "@huggingface/jinja";
import { strftime } from "../strftime.js";
import { capitalize, equal, type RuntimeValue, range, runtimeValue, show, strip } from "./python-values.js";
import type { InsertedNode, TemplateNode } from "./template-program.js";
import type { TurnRecorder } from "./turn-recorder.js";

interface Scope {
  readonly variables: Map<string, unknown>;
}

/** Nodes of the library that are evaluated otherwise here, as far as they matter. */
type BinaryNode = TemplateNode & {
  readonly operator: { readonly value: string };
  readonly left: TemplateNode;
  readonly right: TemplateNode;
};
type MemberNode = TemplateNode & {
  readonly object: TemplateNode;
  readonly property: { readonly value: unknown };
  readonly computed: boolean;
};
type CallNode = TemplateNode & { readonly callee: MemberNode; readonly args: readonly TemplateNode[] };
type FilterNode = TemplateNode & {
  readonly operand: TemplateNode;
  readonly filter: TemplateNode & { readonly value: unknown };
};

const textMethods: Readonly<Record<string, (text: string, characters: string | undefined) => string>> = {
  strip: (text, characters) => strip(text, "both", characters),
  lstrip: (text, characters) => strip(text, "left", characters),
  rstrip: (text, characters) => strip(text, "right", characters),
  capitalize,
};
const textFilters: Readonly<Record<string, (text: string) => string>> = {
  trim: (text) => strip(text, "both", undefined),
  capitalize,
};
const always = { true: true, false: false, none: null, True: true, False: false, None: null, range };

/**
 * Runs a program once with the given variables, and the time that it is told. Throws what the template raises, and where Python would.
 *
 * Otherwise than the library it takes away the characters that strip is given, adds texts to texts alone, compares by
 * content, gives each round of a loop variables of its own, writes True, False and None as Python, and takes an
 * attribute of something undefined for the mistake that it is.
 */
export function runTemplate(
  body: readonly TemplateNode[],
  { variables, now }: { readonly variables: Readonly<Record<string, unknown>>; readonly now: Date },
  recorder: TurnRecorder,
): void {
  const environment = new Environment();
  const given = { ...always, raise_exception: raise, strftime_now: (format: string) => strftime(now, format) };
  for (const [name, value] of Object.entries({ ...given, ...variables })) environment.set(name, value);
  const program = { type: "Program", body };
  recorder.begin(environment.lookupVariable("messages").value);
  new TemplateInterpreter(environment, recorder).evaluate(program, environment);
}

function raise(message: string): never {
  throw new Error(message);
}

class TemplateInterpreter extends Interpreter {
  readonly #recorder: TurnRecorder;

  constructor(environment: Environment, recorder: TurnRecorder) {
    super(environment);
    this.#recorder = recorder;
  }

  evaluate(node: TemplateNode | undefined, scope: Scope): RuntimeValue {
    if (node === undefined) return super.evaluate(node, scope);
    if (isInserted(node)) return this.#evaluateInserted(node, scope);
    if (isBinary(node)) return this.#evaluateBinary(node, scope);
    if (isMember(node)) return super.evaluate({ ...node, object: this.#defined(node.object, scope) }, scope);
    if (isMethodCall(node)) return this.#evaluateMethod(node, scope);
    if (isFilter(node)) return this.#evaluateFilter(node, scope);
    return isConstant(node) ? node.value : super.evaluate(node, scope);
  }

  #evaluateInserted(node: InsertedNode, scope: Scope): RuntimeValue {
    switch (node.type) {
      case "Show":
        return runtimeValue(show(this.evaluate(node.statement, scope)));
      case "Write":
        this.#recorder.write(show(this.evaluate(node.statement, scope)));
        break;
      case "EnterLoop":
        this.#recorder.enterLoop();
        break;
      case "LeaveLoop":
        this.#recorder.leaveLoop();
        break;
      case "BeginRound":
        this.#beginRound(node, scope);
    }
    return nothing;
  }

  #beginRound({ names, isOutput }: Extract<InsertedNode, { type: "BeginRound" }>, { variables }: Scope): void {
    const kept = new Set(["namespace", "loop", ...names]);
    for (const name of variables.keys()) if (!kept.has(name)) variables.delete(name);
    if (!isOutput) return;
    const [item] = names.map((name) => variables.get(name));
    this.#recorder.beginRound(Object(item).value);
  }

  #evaluateBinary(node: BinaryNode, scope: Scope): RuntimeValue {
    const left = this.evaluate(node.left, scope);
    const right = this.evaluate(node.right, scope);
    switch (node.operator.value) {
      case "==":
        return runtimeValue(equal(left, right));
      case "!=":
        return runtimeValue(!equal(left, right));
      case "~":
        return runtimeValue(show(left) + show(right));
      default: {
        const texts = [left, right].filter(({ type }) => type === "StringValue").length;
        if (texts === 1) throw new Error(`can't add ${right.type} to ${left.type}`);
        return super.evaluate({ ...node, left: constant(left), right: constant(right) }, scope);
      }
    }
  }

  #evaluateMethod(node: CallNode, scope: Scope): RuntimeValue {
    const object = this.#defined(node.callee.object, scope);
    const method = textMethods[String(node.callee.property.value)];
    const text = object.value.value;
    if (method === undefined || typeof text !== "string") {
      return super.evaluate({ ...node, callee: { ...node.callee, object } }, scope);
    }
    const characters = node.args[0] === undefined ? undefined : this.evaluate(node.args[0], scope).value;
    return runtimeValue(method(text, typeof characters === "string" ? characters : undefined));
  }

  #evaluateFilter(node: FilterNode, scope: Scope): RuntimeValue {
    const operand = this.evaluate(node.operand, scope);
    const filter = textFilters[String(node.filter.value)];
    return filter !== undefined && typeof operand.value === "string"
      ? runtimeValue(filter(operand.value))
      : super.evaluate({ ...node, operand: constant(operand) }, scope);
  }

  #defined(node: TemplateNode, scope: Scope): Constant {
    const value = this.evaluate(node, scope);
    if (value.type === "UndefinedValue") throw new Error("the template reads an attribute of something undefined");
    return constant(value);
  }
}

/** A value that stands for itself. */
interface Constant extends TemplateNode {
  readonly value: RuntimeValue;
}

const nothing: RuntimeValue = { type: "NullValue", value: null };

function constant(value: RuntimeValue): Constant {
  return { type: "Constant", value };
}

function isConstant(node: TemplateNode): node is Constant {
  return node.type === "Constant";
}

function isInserted(node: TemplateNode): node is InsertedNode {
  return ["Write", "Show", "EnterLoop", "LeaveLoop", "BeginRound"].includes(node.type);
}

function isBinary(node: TemplateNode): node is BinaryNode {
  return (
    node.type === "BinaryExpression" &&
    "operator" in node &&
    ["==", "!=", "+", "~"].includes(Object(node.operator).value)
  );
}

function isMember(node: TemplateNode): node is MemberNode {
  return node.type === "MemberExpression" && "object" in node && !isConstant(Object(node.object));
}

function isMethodCall(node: TemplateNode): node is CallNode {
  return (
    node.type === "CallExpression" && "callee" in node && isMember(Object(node.callee)) && !Object(node.callee).computed
  );
}

function isFilter(node: TemplateNode): node is FilterNode {
  return node.type === "FilterExpression" && "operand" in node && !isConstant(Object(node.operand));
}
