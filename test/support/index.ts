/** What the test suites share: servers and endpoints as child processes, plain HTTP, waiting for conditions. */
export * from "./diary.ts";
export * from "./endpoints.ts";
export * from "./http.ts";
export * from "./ports.ts";
export * from "./program.ts";
export * from "./servers.ts";
export * from "./until.ts";
