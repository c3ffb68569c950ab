import { drive } from "./driver.ts";

drive("typescript");
