import { z } from "zod";

const headers = z.record(z.string(), z.string()).nullish();

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
  uri: z.string().optional(),
  additional_headers: headers,
  dry_run: z.boolean().optional(),
  overwrite: z.boolean().optional(),
  use_http_11: z.boolean().optional(),
});

/** `POST /services/{service}/state`. Values are arrays of bytes. */
export const modifyState = z.object({
  object_key: z.string(),
  new_state: z.record(z.string(), z.array(z.number().int().min(0).max(255))),
  version: z.string().nullish(),
  scope: z.string().nullish(),
});
