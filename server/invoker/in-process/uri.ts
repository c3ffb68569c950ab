import { ServerError } from "../../errors.ts";

const SCHEME = "in-process://";
const NAME = /^[a-z0-9][a-z0-9._-]*$/;

/**
 * The address of the services that a process serves itself under a name.
 * @throws ServerError when it cannot be a name
 */
export function inProcessUri(name: string): string {
  if (NAME.test(name)) return SCHEME + name;
  throw new ServerError(
    400,
    "RL_BAD_IN_PROCESS_NAME",
    `'${name}' cannot name in-process services: use lower-case letters, digits, dots, hyphens and underscores`,
  );
}

export function isInProcess(uri: string): boolean {
  return uri.startsWith(SCHEME);
}
