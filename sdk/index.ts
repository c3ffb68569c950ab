/**
 * `restate-lite/sdk`: durable services in TypeScript. The names and their meaning are those of
 * `@restatedev/restate-sdk`, so that changing the import moves a program from one to the other.
 */
export * from "./node.ts";
