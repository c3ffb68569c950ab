import * as restate from "@restatedev/restate-sdk";

/** So many articles are sold out, one after the other. */
export const ARTICLES = 100;

/** A service whose calls fail for good, with a text of their own. */
export function createShop() {
  let orders = 0;
  return restate.service({
    name: "Shop",
    handlers: {
      order: async (_ctx: restate.Context, name: string) => {
        throw new restate.TerminalError(`${name}: article ${orders++ % ARTICLES} is sold out`, { errorCode: 409 });
      },
    },
  });
}
