import { conformance } from "./conformance.ts";

conformance("bidi");
