import { conformance } from "./conformance.ts";

conformance("v6");
