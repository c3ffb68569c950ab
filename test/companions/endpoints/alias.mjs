// Makes `@restatedev/restate-sdk` ours for whatever imports it, as an alias in a bundler or a package manager does:
// node --import ./alias.mjs program.mjs
import { register } from "node:module";

const hooks = `export function resolve(specifier, context, next) {
  return next(specifier === "@restatedev/restate-sdk" ? "restate-lite/sdk" : specifier, context);
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
