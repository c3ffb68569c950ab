import { conformance } from "./conformance.ts";

conformance("fetch");
