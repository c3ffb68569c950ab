import { conformance } from "./conformance.ts";

conformance("in-process");
