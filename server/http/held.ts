import type { RequestHandler } from "./types.ts";

/**
 * A handler whose requests wait until it is opened: two ports cannot begin to listen in the same moment, and what a
 * request changes before the server has looked at its database would be counted twice or let in out of turn.
 */
export function heldUntilOpen(onRequest: RequestHandler): { readonly onRequest: RequestHandler; open(): void } {
  let held: (() => void)[] | undefined = [];
  return {
    onRequest(request, response) {
      if (held === undefined) onRequest(request, response);
      // Who has left meanwhile has sent nothing whole.
      else held.push(() => request.destroyed || onRequest(request, response));
    },
    open() {
      const waiting = held ?? [];
      held = undefined;
      for (const serve of waiting) serve();
    },
  };
}
