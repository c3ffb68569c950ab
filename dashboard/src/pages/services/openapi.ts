import { isRecord } from "./schema.ts";

export interface Content {
  readonly type: string;
  readonly schema: unknown;
}

export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly description: string | undefined;
  readonly tag: string | undefined;
  readonly isDeprecated: boolean;
  readonly parameters: readonly {
    readonly name: string;
    readonly place: string;
    readonly isRequired: boolean;
    readonly description: string | undefined;
  }[];
  readonly body: readonly Content[];
  readonly responses: readonly {
    readonly status: string;
    readonly description: string | undefined;
    readonly content: readonly Content[];
  }[];
}

const METHODS = ["get", "put", "post", "delete", "patch", "head", "options"];

/** The operations of an OpenAPI 3.1 document, with its references followed. */
export function operationsOf(document: unknown): readonly Operation[] {
  const paths = isRecord(document) && isRecord(document.paths) ? document.paths : {};
  return Object.entries(paths).flatMap(([path, item]) =>
    METHODS.flatMap((method): Operation[] => {
      const operation = isRecord(item) ? item[method] : undefined;
      return isRecord(operation) ? [operationOf(document, method, path, operation)] : [];
    }),
  );
}

function operationOf(
  document: unknown,
  method: string,
  path: string,
  operation: Readonly<Record<string, unknown>>,
): Operation {
  const { parameters, requestBody, responses, tags } = operation;
  const follow = (value: unknown): Readonly<Record<string, unknown>> => followed(value, document);
  return {
    method: method.toUpperCase(),
    path,
    summary: text(operation.summary) ?? path,
    description: text(operation.description),
    tag: Array.isArray(tags) ? text(tags[0]) : undefined,
    isDeprecated: operation.deprecated === true,
    parameters: (Array.isArray(parameters) ? parameters : []).map(follow).map((one) => ({
      name: text(one.name) ?? "",
      place: text(one.in) ?? "",
      isRequired: one.required === true,
      description: text(one.description),
    })),
    body: contentOf(follow(requestBody), document),
    responses: Object.entries(isRecord(responses) ? responses : {}).map(([status, response]) => {
      const whole = follow(response);
      return { status, description: text(whole.description), content: contentOf(whole, document) };
    }),
  };
}

function contentOf({ content }: Readonly<Record<string, unknown>>, document: unknown): readonly Content[] {
  return Object.entries(isRecord(content) ? content : {}).map(([type, media]) => {
    const schema = isRecord(media) ? media.schema : undefined;
    return { type, schema: isRecord(schema) && "$ref" in schema ? followed(schema, document) : schema };
  });
}

function followed(value: unknown, document: unknown): Readonly<Record<string, unknown>> {
  let at = value;
  for (let steps = 0; steps < 16 && isRecord(at) && typeof at.$ref === "string"; steps++) {
    let target: unknown = document;
    for (const name of at.$ref.replace(/^#\//, "").split("/")) target = isRecord(target) ? target[name] : undefined;
    at = target;
  }
  return isRecord(at) ? at : {};
}

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
