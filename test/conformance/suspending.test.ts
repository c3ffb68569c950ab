import { conformance } from "./conformance.ts";

conformance("suspending");
