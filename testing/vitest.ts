/** `import "restate-lite/testing/vitest"` adds the matchers to vitest's `expect`. */
import { expect } from "vitest";
import { type RestateMatchers, restateMatchers } from "./inspect/matchers.ts";

expect.extend(restateMatchers);

declare module "vitest" {
  // biome-ignore lint/suspicious/noExplicitAny: must repeat vitest's own declaration
  interface Matchers<T = any> extends RestateMatchers<T> {}
}
