import type { Handler, Service } from "../../api/registry.ts";

/** What a registration does to one service. */
export interface ServiceChange {
  readonly name: string;
  readonly kind: "new" | "changed" | "same" | "gone";
  readonly before: number | undefined;
  readonly after: number | undefined;
  readonly details: readonly Detail[];
}

export interface Detail {
  readonly text: string;
  /** Callers or invocations that have begun may break. */
  readonly isBreaking: boolean;
}

/**
 * Compares what an endpoint serves with what is registered.
 * @param found as the dry run answers
 * @param latest the latest revision of each service
 * @param replaced names of the services of the deployment that is replaced, if one is
 */
export function changesOf(
  found: readonly Service[],
  latest: readonly Service[],
  replaced: readonly string[],
): readonly ServiceChange[] {
  const changes = found.map((after): ServiceChange => {
    const before = latest.find(({ name }) => name === after.name);
    const common = { name: after.name, before: before?.revision, after: after.revision };
    if (before === undefined) return { ...common, kind: "new", details: [] };
    const details = detailsOf(before, after);
    return { ...common, kind: details.length === 0 ? "same" : "changed", details };
  });
  const gone = replaced
    .filter((name) => !found.some((one) => one.name === name))
    .map((name): ServiceChange => {
      const before = latest.find((one) => one.name === name)?.revision;
      return { name, kind: "gone", before, after: undefined, details: [] };
    });
  return [...changes, ...gone];
}

const breaking = (text: string): Detail => ({ text, isBreaking: true });
const harmless = (text: string): Detail => ({ text, isBreaking: false });

function detailsOf(before: Service, after: Service): readonly Detail[] {
  const old = new Map(before.handlers.map((handler) => [handler.name, handler]));
  const names = new Set(after.handlers.map(({ name }) => name));
  return [
    ...(before.ty === after.ty ? [] : [breaking(`${before.ty} becomes ${after.ty}`)]),
    ...before.handlers.filter(({ name }) => !names.has(name)).map(({ name }) => breaking(`handler ${name} is removed`)),
    ...after.handlers.flatMap((handler) => {
      const known = old.get(handler.name);
      return known === undefined ? [harmless(`handler ${handler.name} is new`)] : handlerDetails(known, handler);
    }),
    ...(before.public && !after.public ? [breaking("is not public any more")] : []),
    ...(!before.public && after.public ? [harmless("becomes public")] : []),
    ...settingDetails(before, after),
  ];
}

function handlerDetails(before: Handler, after: Handler): readonly Detail[] {
  const { name } = after;
  const differs = (...fields: (keyof Handler)[]) => fields.some((field) => !isSame(before[field], after[field]));
  return [
    ...(before.ty === after.ty ? [] : [breaking(`${name}: ${before.ty ?? "plain"} becomes ${after.ty ?? "plain"}`)]),
    ...(differs("input_json_schema", "input_description") ? [harmless(`${name}: another input`)] : []),
    ...(differs("output_json_schema", "output_description") ? [harmless(`${name}: another output`)] : []),
    ...(differs("public") ? [harmless(`${name}: ${after.public === false ? "hidden" : "public"}`)] : []),
  ];
}

const SETTINGS = [
  ...(["idempotency_retention", "workflow_completion_retention", "journal_retention"] as const),
  ...(["inactivity_timeout", "abort_timeout", "enable_lazy_state"] as const),
];

function settingDetails(before: Service, after: Service): readonly Detail[] {
  return SETTINGS.filter((name) => before[name] !== after[name]).map((name) =>
    harmless(`${name.replaceAll("_", " ")}: ${before[name] ?? "unset"} → ${after[name] ?? "unset"}`),
  );
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
