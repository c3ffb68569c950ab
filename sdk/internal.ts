/** What the public entries export as `internal`: experimental, may change without notice. */
export { type ContextInternal, isSuspendedError } from "./context/index.ts";
