import { drive } from "./driver.ts";

drive("java");
