import { conformance } from "./conformance.ts";

conformance("v5");
