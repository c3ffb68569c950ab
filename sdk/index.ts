/**
 * `restate-lite/sdk`: durable services in TypeScript. The names and their meaning are those of
 * `@restatedev/restate-sdk`, so that changing the import moves a program from one to the other.
 *
 * `node`, `fetch` and `lambda` are the entries by platform; `api` is what all of them export, `internal` what is
 * experimental of it. `buffer` takes the place of Node's `Buffer` where there is none.
 */
export * from "./node.ts";
