/** What is exported as `handlers.workflow`. */
import { type Handlers, maker } from "./handler-makers.ts";

export const workflow: Handlers["workflow"]["workflow"] = maker("WORKFLOW", "handlers.workflow.workflow");
export const shared: Handlers["workflow"]["shared"] = maker("SHARED", "handlers.workflow.shared");
