/**
 * What is exported as `handlers`. Modules, because programs say `import shared = handlers.object.shared`, which takes
 * namespaces.
 */
import { type Handlers, maker } from "./handler-makers.ts";

export * as object from "./object-handlers.ts";
export * as workflow from "./workflow-handlers.ts";

export const handler: Handlers["handler"] = maker("SERVICE", "handlers.handler");
