import type { Session } from "./session.ts";

const UNKNOWN_INVOCATION = "inv_1gdJBtdVEcM942bjcDmb1c1khoaJe11Hbz";

/** Ids that nobody has, names that nobody knows, and words that are no commands. */
export const refusals: Session = {
  title: "refusals",
  async run(terminal) {
    for (const command of [
      "services describe Unknown",
      "services status Unknown",
      `invocations describe ${UNKNOWN_INVOCATION}`,
      "invocations describe nonsense",
      `invocations cancel ${UNKNOWN_INVOCATION} --yes`,
      `invocations kill ${UNKNOWN_INVOCATION} --yes`,
      `invocations pause ${UNKNOWN_INVOCATION} --yes`,
      `invocations resume ${UNKNOWN_INVOCATION} --yes`,
      `invocations restart-as-new ${UNKNOWN_INVOCATION} --yes`,
      `invocations purge ${UNKNOWN_INVOCATION} --yes`,
      "deployments describe nonsense",
      "deployments remove nonsense --force --yes",
      "vqueues describe nonsense",
      "invocations",
      "nonsense",
      "kv get Counter",
    ])
      await terminal.type(command);
  },
};
