/** What is exported as `handlers.object`. */
import { type Handlers, maker } from "./handler-makers.ts";

export const exclusive: Handlers["object"]["exclusive"] = maker("EXCLUSIVE", "handlers.object.exclusive");
export const shared: Handlers["object"]["shared"] = maker("SHARED", "handlers.object.shared");
