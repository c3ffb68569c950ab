import { conformance } from "./conformance.ts";

conformance("lazy");
