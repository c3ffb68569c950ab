import { drive } from "./driver.ts";

drive("go");
