import type { Profile } from "./stand.ts";

/** One deliberate difference in what the official CLI prints for restate-lite and for the real server. */
export interface Difference {
  /** For the reader: what one does … */
  readonly what: string;
  /** … what is printed for each server … */
  readonly oursPrints: string;
  readonly realPrints: string;
  /** … and why. */
  readonly reason: string;
  /** Both when missing. */
  readonly profile?: Profile;
  /** Matches the command as it was typed. */
  readonly commands: RegExp;
  /** Lines of that side that the other one does not print. Everything else must be equal. */
  readonly ours?: RegExp;
  readonly real?: RegExp;
  /** What is worded otherwise: the same behind its first group, which must be equal. */
  readonly blurred?: RegExp;
  /** The exit codes. */
  readonly exits?: { readonly ours: number; readonly real: number };
}

const REFUSED_AS_TEXT = {
  ours: /^(Error: <UNKNOWN> The request| {2}-> Http status code 40[04] )/,
  real: /^(Error: \(Protocol error\) expected value at line 1 column 1| {2}├─ expected value at line 1 column 1)$/,
};

export const differences: readonly Difference[] = [
  {
    what: "The wording of an error among the results of several invocations",
    oursPrints: "our sentence behind the same id and code",
    realPrints: "the real server's sentence",
    reason: "The wording of messages is ours and says what to do.",
    commands: /^restate invocations restart-as-new Flow/,
    blurred: /((?:^| \| )(?:<[^>]+> {2})?<UNKNOWN> ).+?(?=$| \| ->)/,
  },
  {
    what: "An id that is none, or unknown, of a deployment or subscription",
    oursPrints: "what is wrong with it",
    realPrints:
      "`(Protocol error) expected value at line 1 column 1`: it answers plain text, which the CLI cannot read",
    reason: "Every error is JSON, with a code.",
    commands: /^restate (deployments|subscriptions|sub) (describe|remove|delete|rm) (dp_unknown|sub_nonsense|nonsense)/,
    ...REFUSED_AS_TEXT,
  },
  {
    what: "An invocation id that is none, in SQL",
    oursPrints: "that there is no such invocation",
    realPrints: "an internal error (500)",
    reason: "Nothing has that id, which is the answer to the question.",
    commands: /^restate (invocations describe nonsense|sql select \* from sys_invocation where id = 'nothing')$/,
    ours: /^(Error: Invocation nonsense not found!|0 rows\. Query took <duration>)$/,
    real: /^(Error: <UNKNOWN> Datafusion error: External error: non valid invocation id| {2}-> Http status code 500 .*)$/,
    exits: { ours: 0, real: 1 },
  },
  {
    what: "The idempotency key of a call or send that came without one",
    oursPrints: "none",
    realPrints: "a key that it invented",
    reason: "The result is kept as long, and can be attached to by its id; nobody knows the invented key.",
    commands: /^restate (invocations|services status)/,
    real: /^ +Idempotency key: {2}<ulid>$/,
  },
  {
    what: "An invocation that was paused while it waited for its next attempt",
    oursPrints: "no last attempt, as for every paused invocation",
    realPrints: "the SDK of the last attempt",
    reason:
      "It waits for no attempt. The real server still has the retry that it gave up in its memory, and forgets it when it restarts.",
    profile: "flags-off",
    commands: /^restate invocations (describe <Failing\/inStep 1>|list --status paused)$/,
    blurred: /^( +Deployment: {2}<dp 1> \[required\]).*$/,
  },
  {
    what: "`deployments register` of an address that is neither `http://` nor `https://`",
    oursPrints: "400",
    realPrints: "500, after it tried to connect",
    reason: "It is the client's mistake.",
    commands: /^restate deployments register ftp:/,
    ours: /^(Error: META0003 |\s+-> Http status code 400 )/,
    real: /^(Error: META0003 |\s+-> Http status code 500 )/,
  },
  {
    what: "`deployments register --gcp-id-token`",
    oursPrints: "501: not supported",
    realPrints: "registers",
    reason: "restate-lite invokes endpoints on a developer's own machines, over HTTP.",
    commands: /^restate deployments register .+ --gcp-id-token/,
    ours: /^(Error: <UNKNOWN> restate-lite mints no Google ID tokens|\s+-> Http status code 501 |$)/,
    real: /^(❯ |\s+No changes will be made|\s+restate deployment register |$)/,
    exits: { ours: 1, real: 0 },
  },
  {
    what: "`services config patch --workflow-completion-retention`",
    oursPrints: "afterwards, the new value",
    realPrints: "the value from discovery: it accepts the change and does not apply it",
    reason: "What was accepted is done.",
    commands: /^restate services config view Flow$/,
    blurred: /^( +Workflow retention time: {2}).*/,
  },
  {
    what: "Virtual queues: the number of invocations that wait for a key, in `services status`",
    oursPrints: "the number",
    realPrints: "0: with virtual queues its table of inboxes is empty",
    reason: "They wait there, with the flags or without.",
    profile: "flags-on",
    commands: /^restate services status/,
    blurred: /(\| u {2})\d+(?= {2})/,
  },
  {
    what: "Virtual queues: the deployment of a running entry",
    oursPrints: "the deployment, as soon as the invocation is pinned to it",
    realPrints: "none before the first attempt is over",
    reason: "It is known.",
    profile: "flags-on",
    commands: /^restate vqueues (describe|get) <vq/,
    blurred: /(<Counter\/u\/hold 1> .*<time> {2})(?:-|<dp 1>)$/,
  },
  {
    what: "The wording of an error",
    oursPrints: "our sentence behind the same code, with the same exit code and HTTP status",
    realPrints: "the real server's sentence",
    reason: "The wording of messages is ours and says what to do.",
    commands:
      /^restate (sql |services config \w+ Unknown|deployments register |kafka-clusters (create|patch|delete|rm) |subscriptions create )/,
    blurred: /^((?:Error:| ) (?:<UNKNOWN>|META\d{4}) |Reason: ).+/,
  },
];
