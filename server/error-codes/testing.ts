import { meanings } from "./meaning.ts";

/** Codes of `restate-lite/testing`. */
export const TESTING_CODES = meanings({
  RL_TEST_BAD_OPTION: {
    means: "An option has a value that it cannot have, or does not go with another one.",
    do: "Correct the option that the message names.",
  },
  RL_TEST_CRASHED: {
    means: "The test has crashed the server, which takes nothing until it runs again (the code of a `ServerError`).",
    do: "Send the request after the restart; until then it is what the test wanted.",
  },
  RL_TEST_NEVER_IDLE: {
    means: "The clock was to move until nothing waits for it, and there always was another timer.",
    do: "Move it with `clock.advance()`, or cancel what starts itself again.",
  },
  RL_TEST_NON_DETERMINISTIC: {
    means: "A handler did something else on replay than the first time.",
    do: "Put what depends on time, chance or the outside into `ctx.run`; the message shows every place.",
  },
  RL_TEST_NOT_INSTALLED: {
    means: "The real server or the official SDK is needed and cannot be loaded.",
    do: "Install the package that the message names.",
  },
  RL_TEST_NOT_QUIET: {
    means: "The clock cannot move, because handlers or requests did not come to rest.",
    do: "Look what they wait for outside of Restate, or raise `settleLimitMs`.",
  },
  RL_TEST_NOT_SUPPORTED: {
    means: "The engine, clock or storage of this environment cannot do what was asked for.",
    do: "Start the environment as the message says, or skip the test with `env.skipWithout()`.",
  },
  RL_TEST_SERVER: {
    means: "The real server did not start, or refused a request of the environment.",
    do: "Read what it said, which is in the message.",
  },
  RL_TEST_STOPPED: {
    means: "The environment was used after it had been stopped.",
    do: "Stop it after the last test that uses it.",
  },
  RL_TEST_TIMEOUT: {
    means: "What the test waited for has not happened in time.",
    do: "The message says how the invocation stands; wait longer, or move the clock.",
  },
  RL_TEST_UNKNOWN_INVOCATION: {
    means: "There is no such invocation, or nothing is left of it.",
    do: "Use the id from a send or from `x-restate-id`; keep it for longer with a retention.",
  },
});
