// A saga: three bookings, and when one of them fails for good, those that were made are cancelled, last one first. The
// list of compensations is an ordinary array: a retry of the handler rebuilds it from the journal.
//
//   npx restate-lite dev examples/saga.ts
//
//   curl localhost:8080/Travel/book --json '{"traveller": "Ada", "to": "Turin"}'
//   curl localhost:8080/Travel/book --json '{"traveller": "Ada", "to": "Atlantis"}'             (a 409, all undone)
//   curl localhost:8080/Ledger/Ada/bookings                                                     (what is left of them)

import * as restate from "restate-lite/sdk";

interface Trip {
  traveller: string;
  to: string;
}

// Stands for three booking systems: what is booked, per traveller.
export const ledger = restate.object({
  name: "Ledger",
  handlers: {
    reserve: async (ctx: restate.ObjectContext, what: string): Promise<void> => {
      if (what.startsWith("hotel") && what.endsWith("Atlantis")) {
        throw new restate.TerminalError("No hotel in Atlantis has a room", { errorCode: 409 });
      }
      ctx.set("bookings", [...((await ctx.get<string[]>("bookings")) ?? []), what]);
    },
    cancel: async (ctx: restate.ObjectContext, what: string): Promise<void> => {
      const bookings = (await ctx.get<string[]>("bookings")) ?? [];
      ctx.set(
        "bookings",
        bookings.filter((booking) => booking !== what),
      );
    },
    bookings: restate.handlers.object.shared(
      async (ctx: restate.ObjectSharedContext): Promise<string[]> => (await ctx.get<string[]>("bookings")) ?? [],
    ),
  },
});

export const travel = restate.service({
  name: "Travel",
  handlers: {
    book: async (ctx: restate.Context, { traveller, to }: Trip): Promise<string> => {
      const bookings = ctx.objectClient(ledger, traveller);
      const compensations: (() => Promise<unknown>)[] = [];
      try {
        for (const what of [`flight to ${to}`, `car in ${to}`, `hotel in ${to}`]) {
          // Before the booking, not after it: a booking whose answer never comes must be undone too.
          compensations.push(() => bookings.cancel(what));
          await bookings.reserve(what);
        }
      } catch (error) {
        if (error instanceof restate.TerminalError) {
          for (const compensate of compensations.reverse()) await compensate();
        }
        throw error;
      }
      return `${traveller} goes to ${to}`;
    },
  },
});

await restate.serve({ services: [travel, ledger] });
