/**
 * Every code of the SDK's own errors: a type alone, so that the list costs a program nothing. docs/errors.md says what
 * each means; the compiler asks `server/error-codes/sdk.ts` for the sentence of a new one.
 */
export type SdkErrorCode =
  // Definitions and endpoints
  | "RL_SDK_BAD_DURATION"
  | "RL_SDK_BAD_HANDLER_NAME"
  | "RL_SDK_BAD_IDENTITY_KEY"
  | "RL_SDK_BAD_PORT"
  | "RL_SDK_BAD_SERVICE_NAME"
  | "RL_SDK_DUPLICATE_SERVICE"
  | "RL_SDK_FOREIGN_DEFINITION"
  | "RL_SDK_HANDLER_MISSING"
  | "RL_SDK_HANDLER_UNKNOWN"
  | "RL_SDK_MANIFEST_TOO_OLD"
  | "RL_SDK_NOT_A_DEFINITION"
  | "RL_SDK_NOT_A_HANDLER"
  // Handlers
  | "RL_SDK_CLIENT_ARGUMENTS"
  | "RL_SDK_CONTEXT_USED_AFTER_END"
  | "RL_SDK_CONTEXT_USED_IN_RUN"
  | "RL_SDK_INTERCEPTOR_NEXT"
  | "RL_SDK_NOT_A_RESTATE_PROMISE"
  | "RL_SDK_NO_KEY"
  | "RL_SDK_PROMISES_OF_TWO_CONTEXTS"
  | "RL_SDK_PROMISE_NOT_AWAITED"
  | "RL_SDK_RUN_ARGUMENTS"
  | "RL_SDK_SLEEP_INVALID"
  | "RL_SDK_UNKNOWN_OPTION"
  | "RL_SDK_VALUE_NOT_READABLE"
  | "RL_SDK_VALUE_NOT_SERIALIZABLE"
  // Clients
  | "RL_SDK_BAD_URL"
  | "RL_SDK_CONNECTION_LOST"
  | "RL_SDK_FETCH_FAILED"
  | "RL_SDK_KEY_IN_URL"
  | "RL_SDK_NOT_ATTACHABLE"
  | "RL_SDK_NO_ANSWER_IN_TIME"
  | "RL_SDK_NO_NAME"
  | "RL_SDK_TIMEOUT_AND_SIGNAL"
  | "RL_SDK_UNREACHABLE";
