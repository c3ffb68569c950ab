import type { Profile } from "../stand.ts";
import type { Terminal } from "../terminal.ts";

/** What a user types in one sitting. Written once, it runs against both servers; the next session finds what it left. */
export interface Session {
  readonly title: string;
  run(terminal: Terminal): Promise<void>;
}

/** The sessions of one server, in order. */
export type Sessions = Readonly<Record<Profile, readonly Session[]>>;
