import { drive } from "./driver.ts";

drive("rust");
