import { z } from "zod";

/** Names are tokens (RFC 9110), values have no control characters: they become headers of requests to the endpoint. */
const headers = z
  .record(z.string().regex(/^[!#$%&'*+\-.^_`|~0-9a-z]+$/i), z.string().regex(/^[\t\x20-\x7e\x80-\xff]*$/))
  .nullish();

/** `POST /deployments`. */
export const registerDeployment = z.object({
  uri: z.string(),
  additional_headers: headers,
  breaking: z.boolean().optional(),
  dry_run: z.boolean().optional(),
  force: z.boolean().nullish(),
  metadata: z.record(z.string(), z.string()).optional(),
  use_http_11: z.boolean().optional(),
});

/** `PATCH /deployments/{id}` and, under `/v2`, `PUT`. */
export const updateDeployment = z.object({
  uri: z.string().nullish(),
  additional_headers: headers,
  dry_run: z.boolean().optional(),
  overwrite: z.boolean().optional(),
  use_http_11: z.boolean().nullish(),
});

/** `POST /services/{service}/state`. Values are arrays of bytes. */
export const modifyState = z.object({
  object_key: z.string(),
  new_state: z.record(z.string(), z.array(z.number().int().min(0).max(255))),
  version: z.string().nullish(),
  scope: z.string().nullish(),
});
