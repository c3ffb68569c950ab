import { deploying } from "./deploying.ts";
import { kafka } from "./kafka.ts";
import { limits } from "./limits.ts";
import { looking } from "./looking.ts";
import { managing } from "./managing.ts";
import { refusals } from "./refusals.ts";
import type { Sessions } from "./session.ts";
import { state } from "./state.ts";

export const sessions: Sessions = {
  "flags-off": [...looking, state, ...managing, ...deploying, ...kafka, refusals],
  "flags-on": limits,
};
