/** What an operation of the admin API is, and the answers that many of them share. */
import type { ZodObject, ZodType } from "zod";
import * as responses from "../responses.ts";

export interface Operation {
  readonly method: "get" | "post" | "put" | "patch" | "delete";
  /** Without a version; `{name}` is a parameter. */
  readonly path: string;
  readonly tag: string;
  readonly id: string;
  readonly summary: string;
  readonly query?: ZodObject;
  readonly body?: ZodType;
  /** By status. */
  readonly answers: Readonly<Record<number, Answer>>;
  readonly isDeprecated?: boolean;
}

interface Answer {
  readonly description: string;
  /** Without one there is no body. */
  readonly schema?: ZodType;
}

/** An answer with the body that every refusal has. */
export const problem = (description: string): Answer => ({ description, schema: responses.error });

export const BAD_REQUEST = { 400: problem("The request makes no sense"), 422: problem("The body has another shape") };
export const NOT_FOUND = { 404: problem("There is no such thing") };
export const CONFLICT = { 409: problem("It cannot be done as things stand") };
export const DISCOVERY = { 500: problem("The endpoint does not answer, or not as an endpoint") };
