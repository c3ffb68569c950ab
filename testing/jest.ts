/** `import "restate-lite/testing/jest"` adds the matchers to Jest's global `expect`. */
import { type RestateMatchers, restateMatchers } from "./inspect/matchers.ts";

const { expect } = globalThis as { expect?: { extend(matchers: object): void } };
if (expect === undefined)
  throw new Error("restate-lite/testing/jest: there is no global expect; load this in a setup file of Jest");
expect.extend(restateMatchers);

declare global {
  namespace jest {
    // biome-ignore lint/correctness/noUnusedVariables lint/complexity/noBannedTypes: must repeat Jest's own declaration
    interface Matchers<R, T = {}> extends RestateMatchers<R> {}
  }
}
