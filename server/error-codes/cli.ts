import { meanings } from "./meaning.ts";

/** Codes that only the CLI itself gives. */
export const CLI_CODES = meanings({
  RL_CLI_FAILED: {
    means: "The command failed with an error that has no code.",
    do: "Read the message.",
  },
  RL_CLI_FILE_EXISTS: {
    means: "The file to export to exists.",
    do: "Choose another one, or replace it with `--force`.",
  },
  RL_CLI_NOT_FOUND: {
    means: "What the command names does not exist: an invocation, a service, a handler or a state.",
    do: "Check the name; for services, handlers and state the message lists what there is.",
  },
  RL_CLI_UNREACHABLE: {
    means: "No server answers at the address.",
    do: "Start one with `restate-lite dev`, or name it with `RESTATE_ADMIN_URL` or `--admin-url`.",
  },
  RL_CLI_USAGE: {
    means: "The command line makes no sense.",
    do: "See `restate-lite COMMAND --help`.",
  },
});
