/** The contract as @grpc/proto-loader reads it from the .proto files: a decoder that shares no code with the product's. */
import { fileURLToPath } from "node:url";
import { loadSync, type MethodDefinition } from "@grpc/proto-loader";

/** A message in the loader's form: field names as in the .proto, 64-bit numbers and enums as text. */
export type WireMessage = Readonly<Record<string, unknown>>;
export type WireMethod = MethodDefinition<object, object>;

const services = ["Control", "Datasets", "Runs", "Inference", "Preflights"];

const definitions = loadSync(
  services.map((_, index) => `midblock/v1/${["control", "dataset", "run", "inference", "preflight"][index]}.proto`),
  {
    includeDirs: [fileURLToPath(new URL("../../proto", import.meta.url))],
    keepCase: true,
    longs: String,
    enums: String,
    oneofs: false,
    defaults: false,
  },
);

/** All methods of the contract by name, such as "Runs/StartRun". */
export const methods: ReadonlyMap<string, WireMethod> = new Map(services.flatMap(methodsOf));

/** The method of that name; throws where the contract has none. */
export function methodNamed(name: string): WireMethod {
  const method = methods.get(name);
  if (method === undefined) throw new Error(`the contract has no method ${name}`);
  return method;
}

/** Fields of these messages and of all that they can carry, as "RunRecord.run_id". */
export function contractFields(types: readonly string[]): ReadonlySet<string> {
  const fields = new Set<string>();
  const visit = (type: string): void => {
    for (const { name, typeName } of fieldsOf(type)) {
      if (fields.has(`${type}.${name}`)) continue;
      fields.add(`${type}.${name}`);
      visit(shortName(typeName));
    }
  };
  for (const type of types) visit(type);
  return fields;
}

/** Fields that are set in a message of that type, and in all messages inside. */
export function fieldsSetIn(type: string, message: object): readonly string[] {
  const fields = fieldsOf(type).filter(({ name }) => Object.hasOwn(message, name));
  return fields.flatMap(({ name, typeName }) => {
    const value = Object.entries(message).find(([key]) => key === name)?.[1];
    const inside = (Array.isArray(value) ? value : [value]).filter((one) => typeof one === "object" && one !== null);
    return [`${type}.${name}`, ...inside.flatMap((one) => fieldsSetIn(shortName(typeName), one))];
  });
}

function methodsOf(service: string): [string, WireMethod][] {
  const definition = definitions[`midblock.v1.${service}`];
  if (definition === undefined || "format" in definition) throw new Error(`the contract has no service ${service}`);
  return Object.entries(definition).map(([name, method]) => [`${service}/${name}`, method]);
}

/** None for enums, plain values, and the entries of maps, which are messages in descriptors alone. */
function fieldsOf(type: string): { name: string; typeName: string }[] {
  const definition = definitions[`midblock.v1.${type}`];
  if (definition === undefined || !("type" in definition)) return [];
  const fields: unknown = "field" in definition.type ? definition.type.field : [];
  if (!Array.isArray(fields)) throw new Error("a descriptor without fields");
  return fields.map(({ name, typeName }) => ({ name: String(name), typeName: String(typeName ?? "") }));
}

function shortName(name: string): string {
  return name.replace(/^\.?(midblock\.v1\.)?/, "");
}
