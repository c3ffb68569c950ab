import { meanings } from "./meaning.ts";

/** Refusals of the admin API, SQL included. */
export const ADMIN_CODES = meanings({
  RL_BAD_BODY: {
    means: "The JSON body does not have the form that the request needs.",
    do: "Correct the part that the message names.",
    status: 422,
  },
  RL_BAD_FIELD: {
    means: "A value in the path or the body is not valid: an id, a name or an address.",
    do: "Correct the field that the message names; of an id, use the whole.",
    status: 400,
  },
  RL_BAD_QUERY: {
    means: "A parameter behind the `?` of the URL cannot be used.",
    do: "Correct the parameter that the message names.",
    status: 400,
  },
  RL_BATCH_TOO_BIG: {
    means: "An operation was asked for on more invocations at once than the limit.",
    do: "Split it into smaller batches.",
    status: 400,
  },
  RL_CLUSTER_EXISTS: {
    means: "There is a Kafka cluster of that name already.",
    do: "Choose another name, or change that one.",
    status: 409,
  },
  RL_CLUSTER_IN_USE: {
    means: "The Kafka cluster cannot be removed while a subscription uses it.",
    do: "Remove the subscription first, or use `force`.",
    status: 409,
  },
  RL_CONTRADICTORY_MANIFEST: {
    means: "What an endpoint says about its services contradicts itself.",
    do: "Correct the definition of the service that the message names.",
    status: 400,
  },
  RL_DEPLOYMENT_EXISTS: {
    means: "A deployment with that address is registered already.",
    do: "Use another address for other code, or `force` to replace it.",
    status: 409,
  },
  RL_ENDPOINT: {
    means: "The endpoint did not convert a value for display: it was not reached, or refused.",
    do: "Look whether it runs, and whether its SDK can preview values.",
    status: 500,
  },
  RL_NOTHING_TO_DROP: {
    means: "The end of a journal was to be dropped, and there is nothing that would go.",
    do: "Choose an earlier entry, or drop the signals too.",
    status: 409,
  },
  RL_NOT_IMPLEMENTED: {
    means: "The request asks for something of a cloud that restate-lite does not do.",
    do: "Follow the message, which says what works instead.",
    status: 501,
  },
  RL_NOT_JSON: {
    means: "The body is not marked as JSON.",
    do: "Send `Content-Type: application/json`.",
    status: 415,
  },
  RL_NOT_PAUSED: {
    means: "The journal of an invocation can be edited only while it is paused.",
    do: "Pause the invocation first.",
    status: 409,
  },
  RL_NO_BODY: {
    means: "The request needs a JSON body and has none.",
    do: "Send one.",
    status: 400,
  },
  RL_NO_BROKERS: {
    means: "The properties of a Kafka cluster do not say where its brokers are.",
    do: "Set the property that the message names.",
    status: 400,
  },
  RL_NO_ENTRY: {
    means: "The journal has no entry with that number.",
    do: "Count from 0, and look at the journal as it is now.",
    status: 404,
  },
  RL_NO_RESULT: {
    means: "The entry of the journal is of a type that has no result to edit.",
    do: "Name an entry that waits for something, such as a call or a step.",
    status: 400,
  },
  RL_NO_STATE: {
    means: "A plain service has no state that could be changed.",
    do: "Name an object or a workflow.",
    status: 400,
  },
  RL_NO_WORKFLOW: {
    means: "A setting that only workflows have was given for another service.",
    do: "Leave `workflow_completion_retention` out.",
    status: 400,
  },
  RL_PRECONDITION_FAILED: {
    means: "A concurrency rule was changed by somebody else in between, and nothing was written.",
    do: "Read the rules again, then decide.",
    status: 409,
  },
  RL_QUERY_ANSWER_TOO_LONG: {
    means: "The answer to an SQL query is longer than the limit.",
    do: "Ask for fewer columns, or add a `LIMIT`.",
    status: 500,
  },
  RL_QUERY_MEMORY: {
    means: "An SQL query needed more memory than the limit and was ended.",
    do: "Narrow down what is sorted or grouped with `WHERE`, or add a `LIMIT` to what it reads.",
    status: 500,
  },
  RL_QUERY_TOO_MANY_ROWS: {
    means: "The answer to an SQL query has more rows than the limit.",
    do: "Add a `LIMIT`.",
    status: 500,
  },
  RL_QUERY_TOO_SLOW: {
    means: "An SQL query ran for longer than the limit and was ended.",
    do: "Narrow it down, or add a `LIMIT`.",
    status: 500,
  },
  RL_STATE_CONFLICT: {
    means: "The state was changed by somebody else since it was read, and nothing was written.",
    do: "Read it again, then decide.",
    status: 409,
  },
  RL_TOO_MANY_RULES: {
    means: "There would be more concurrency rules than the limit, and nothing was changed.",
    do: "Replace many of them by one with a wildcard.",
    status: 422,
  },
  RL_UNDECODABLE_MANIFEST: {
    means: "The endpoint's answer to discovery has another form than an endpoint manifest.",
    do: "Check that the address is that of a Restate endpoint, and the version of its SDK.",
    status: 500,
  },
  RL_UNKNOWN_CLUSTER: {
    means: "There is no Kafka cluster of that name.",
    do: "Check the name, or create the cluster first.",
    status: [400, 404],
  },
  RL_UNKNOWN_DEPLOYMENT: {
    means: "No deployment with that id is registered.",
    do: "Check the id; it may have been removed.",
    status: [400, 404],
  },
  RL_UNKNOWN_SUBSCRIPTION: {
    means: "There is no subscription with that id.",
    do: "Check the id; it may have been removed.",
    status: 404,
  },
  RL_UNREADABLE_REQUEST: {
    means: "The path or the body of a request to the admin API cannot be decoded: percent-encoding, JSON or charset.",
    do: "Correct what the message names.",
    status: [400, 413, 415],
  },
  RL_UNSUPPORTED_VERSION: {
    means: "The path names a version of the admin API that this server does not have.",
    do: "Use one of the versions that the message names.",
    status: 400,
  },
  RL_UNWRITABLE_ANSWER: {
    means: "The request took effect, but its answer cannot be written.",
    do: "Do not repeat it; read what it changed. Please report the message.",
    status: 500,
  },
  RL_WRONG_RESULT: {
    means: "An entry of the journal cannot have a result of that kind.",
    do: "Give one of the kinds that the message names.",
    status: 400,
  },
  RL_WRONG_STATUS: {
    means: "The operation does not fit the invocation as it stands: it has completed, or still runs, for example.",
    do: "Look at its status; the message says what is in the way.",
    status: [400, 409, 410, 422, 425],
  },
});
