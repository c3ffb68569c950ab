import ts from "typescript";
import { exportsOf, type VirtualFiles } from "./compiler.ts";
import type { Entry } from "./entries.ts";

/**
 * Type arguments for generic types, by name, where the constraint of the parameter does not say enough.
 */
const typeArguments: Readonly<Record<string, string>> = {
  Client: "Handlers",
  SendClient: "Handlers",
  IngressClient: "Handlers",
  IngressSendClient: "Handlers",
  IngressWorkflowClient: "Handlers",
  ServiceOpts: "Handlers",
  ObjectOpts: "Handlers",
  WorkflowOpts: "Handlers",
  Service: "Handlers",
  VirtualObject: "Handlers",
  Workflow: "Handlers",
  ServiceDefinitionFrom: "Handlers",
  VirtualObjectDefinitionFrom: "Handlers",
  WorkflowDefinitionFrom: "Handlers",
  ServiceHandler: "Handlers['greet']",
  ObjectHandler: "Handlers['greet']",
  ObjectSharedHandler: "Handlers['greet']",
  WorkflowHandler: "Handlers['greet']",
  WorkflowSharedHandler: "Handlers['greet']",
  ArgType: "Handlers['greet']",
  HandlerReturnType: "Handlers['greet']",
  RemoveVoidArgument: "(ctx: Date, arg: void) => Promise<number>",
  InferArg: "[string, number]",
  InferArgType: "[string, number]",
  InferInput: "HandlerDescriptor<string, number, false>",
  InferOutput: "HandlerDescriptor<string, number, false>",
  SerdeType: "Serde<string>",
};

/** Members of exported namespaces that are claimed one by one: values, and types with their arguments. */
const members: Readonly<Record<string, { readonly values: readonly string[]; readonly types: readonly string[] }>> = {
  serde: { values: ["json", "binary", "empty", "schema"], types: ["JsonSerde<string>"] },
  rpc: { values: ["opts", "sendOpts"], types: [] },
  handlers: { values: ["handler", "object", "workflow"], types: [] },
  internal: { values: ["isSuspendedError"], types: ["ContextInternal"] },
  RestatePromise: { values: ["resolve", "reject", "all", "race", "any", "allSettled"], types: [] },
};

const prelude = `
import type { HandlerDescriptor, Serde } from "@restatedev/restate-sdk-core";
type Handlers = {
  greet(ctx: unknown, name: string): Promise<number>;
  ping(ctx: unknown): Promise<void>;
  run(ctx: unknown, request: { id: string }): Promise<string[]>;
  notAHandler: never;
};
type Descriptors<D> = { greet: D; ping: D };
type Assignable<From, To> = [From] extends [To] ? true : false;
type SameKeys<A, B> = [keyof A] extends [keyof B] ? ([keyof B] extends [keyof A] ? true : false) : false;
declare function check<T extends true>(): T;
`;

/** A fact about one name of an entry that the compiler is asked to confirm. */
export interface Claim {
  readonly name: string;
  readonly what: "ours fits where official is asked for" | "official fits where ours is asked for" | "same keys";
}

export interface Claims {
  readonly file: string;
  readonly virtual: VirtualFiles;
  /** By line of the file. */
  readonly byLine: ReadonlyMap<number, Claim>;
}

/**
 * Writes down, for every type and value that an entry exports, that ours and the official one fit where the other is
 * asked for, and that their members have the same names.
 */
export function claimsAbout(program: ts.Program, entry: Entry, directory: string): Claims {
  const ours = new Set(exportsOf(program, entry.ours).map(({ name }) => name));
  const lines = [
    `import type * as ours from ${JSON.stringify(entry.ours)};`,
    `import type * as official from ${JSON.stringify(entry.declarations.replace(/\.d\.ts$/, ".js"))};`,
    ...prelude.split("\n"),
  ];
  const byLine = new Map<number, Claim>();
  const claim = (name: string, what: Claim["what"], type: string) => {
    byLine.set(lines.length, { name, what });
    lines.push(`check<${type}>();`);
  };
  for (const symbol of exportsOf(program, entry.declarations)) {
    const { name } = symbol;
    if (!ours.has(name)) continue;
    for (const [label, typeIn] of forms(program.getTypeChecker(), symbol)) {
      const [our, their] = [typeIn("ours"), typeIn("official")];
      claim(label, "ours fits where official is asked for", `Assignable<${our}, ${their}>`);
      claim(label, "official fits where ours is asked for", `Assignable<${their}, ${our}>`);
      claim(label, "same keys", `SameKeys<${our}, ${their}>`);
    }
  }
  const file = `${directory}/claims-${entry.official.replaceAll(/\W+/g, "-")}.ts`;
  return { file, virtual: { [file]: lines.join("\n") }, byLine };
}

type TypeIn = (module: string) => string;

/** An export as a type, as a value, or both. */
function* forms(checker: ts.TypeChecker, exported: ts.Symbol): Generator<[string, TypeIn]> {
  const { name } = exported;
  const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
  if (symbol.flags & ts.SymbolFlags.Value) yield [`typeof ${name}`, (module) => `typeof ${module}.${name}`];
  for (const value of members[name]?.values ?? []) {
    yield [`typeof ${name}.${value}`, (module) => `typeof ${module}.${name}.${value}`];
  }
  for (const type of members[name]?.types ?? []) yield [`${name}.${type}`, (module) => `${module}.${name}.${type}`];
  if (!(symbol.flags & ts.SymbolFlags.Type)) return;
  const parameters = parametersOf(symbol);
  if (parameters.length === 0) {
    yield [name, (module) => `${module}.${name}`];
    return;
  }
  if (parameters.every(({ default: standard }) => standard !== undefined)) {
    yield [`${name} by default`, (module) => `${module}.${name}`];
  }
  const given = typeArguments[name];
  yield [`${name}<…>`, (module) => `${module}.${name}<${given ?? parameters.map(argumentFor).join(", ")}>`];
}

function parametersOf(symbol: ts.Symbol): readonly ts.TypeParameterDeclaration[] {
  for (const declaration of symbol.declarations ?? []) {
    if (
      ts.isInterfaceDeclaration(declaration) ||
      ts.isTypeAliasDeclaration(declaration) ||
      ts.isClassDeclaration(declaration)
    ) {
      return declaration.typeParameters ?? [];
    }
  }
  return [];
}

/** A type that a parameter accepts. */
function argumentFor({ name, constraint }: ts.TypeParameterDeclaration): string {
  const text = constraint?.getText() ?? "";
  if (text === "") return name.text.startsWith("O") ? "number" : "string";
  if (text === "string") return '"name"';
  if (text === "boolean") return "false";
  if (text.includes("TypedState")) return "{ count: number; names: string[] }";
  if (text.includes("HandlerDescriptor")) return "Descriptors<HandlerDescriptor<string, number, false>>";
  if (text.includes('"service"')) return '"object"';
  return "unknown";
}
