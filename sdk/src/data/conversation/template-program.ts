/** Rewrites a parsed chat template so that it hands out its text while it runs, and says whose turn it writes. */

/** A node of the syntax tree of @huggingface/jinja, whose own types its package does not let others read. */
export interface TemplateNode {
  readonly type: string;
}

/** Nodes that are put in; the interpreter of template-interpreter.ts runs them. */
export type InsertedNode =
  /** Hands out what a statement gives. */
  | { readonly type: "Write"; readonly statement: TemplateNode }
  /** Gives what a statement gives, in the form of Python's output. */
  | { readonly type: "Show"; readonly statement: TemplateNode }
  /** A loop begins and ends here. */
  | { readonly type: "EnterLoop" | "LeaveLoop" }
  /** A round of a loop begins, over an item with these names; isOutput where what the round writes is handed out. */
  | { readonly type: "BeginRound"; readonly names: readonly string[]; readonly isOutput: boolean };

interface Loop extends TemplateNode {
  readonly loopvar: TemplateNode & { readonly value: unknown };
  readonly body: readonly TemplateNode[];
  readonly defaultBlock: readonly TemplateNode[];
}

interface Choice extends TemplateNode {
  readonly body: readonly TemplateNode[];
  readonly alternate: readonly TemplateNode[];
}

/** Statements of which nothing is written. */
const silent = new Set(["Set", "Macro", "Comment", "Break", "Continue"]);

/**
 * Gives the same program with all that it writes handed out at once: by itself, in choices and in loops, but not what it
 * first keeps in a variable or a macro. @huggingface/jinja 0.5.11 forgets what a loop's round has written before
 * {% continue %} or {% break %}; handed out, it is not lost. Throws Error where it still would be.
 */
export function withWrites(body: readonly TemplateNode[]): TemplateNode[] {
  return rewrite(body, "Write");
}

function rewrite(statements: readonly TemplateNode[], output: "Write" | "Show"): TemplateNode[] {
  return statements.flatMap((statement) => rewriteStatement(statement, output));
}

function rewriteStatement(statement: TemplateNode, output: "Write" | "Show"): TemplateNode[] {
  if (isLoop(statement)) return rewriteLoop(statement, output);
  if (isChoice(statement)) {
    const { body, alternate } = statement;
    return [Object.assign({}, statement, { body: rewrite(body, output), alternate: rewrite(alternate, output) })];
  }
  if (output === "Show" && isControl(statement)) throw lost();
  const kept = keepsText(statement)
    ? Object.assign({}, statement, { body: rewrite(statement.body, "Show") })
    : statement;
  return [silent.has(kept.type) ? kept : inserted({ type: output, statement: kept })];
}

function rewriteLoop(loop: Loop, output: "Write" | "Show"): TemplateNode[] {
  // The library takes a loop of which every round was left early for one without rounds.
  if (loop.defaultBlock.length > 0 && holdsControl(loop.body)) throw lost();
  const names =
    loop.loopvar.type === "Identifier" ? [loop.loopvar.value] : Object.values(Object(loop.loopvar.value)).map(nameOf);
  const begin = inserted({ type: "BeginRound", names: names.map(String), isOutput: output === "Write" });
  const body = [begin, ...rewrite(loop.body, output)];
  const rewritten = Object.assign({}, loop, { body, defaultBlock: rewrite(loop.defaultBlock, output) });
  return output === "Show"
    ? [rewritten]
    : [inserted({ type: "EnterLoop" }), rewritten, inserted({ type: "LeaveLoop" })];
}

function nameOf(identifier: unknown): unknown {
  return Object(identifier).value;
}

function inserted(node: InsertedNode): InsertedNode {
  return node;
}

/** Blocks whose text is kept or changed before it is written, or not written at all. */
function keepsText(statement: TemplateNode): statement is TemplateNode & { readonly body: readonly TemplateNode[] } {
  return "body" in statement && Array.isArray(statement.body);
}

function holdsControl(statements: readonly TemplateNode[]): boolean {
  return statements.some((statement) => {
    if (isControl(statement)) return true;
    return isChoice(statement) && (holdsControl(statement.body) || holdsControl(statement.alternate));
  });
}

function isLoop(statement: TemplateNode): statement is Loop {
  return statement.type === "For";
}

function isChoice(statement: TemplateNode): statement is Choice {
  return statement.type === "If";
}

function isControl({ type }: TemplateNode): boolean {
  return type === "Break" || type === "Continue";
}

function lost(): Error {
  return new Error("{% break %} or {% continue %} in text that is kept in a variable, or in a loop with an {% else %}");
}
