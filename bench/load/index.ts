/** Load from a process of its own, and what came back: throughput, exact latencies in microseconds, errors. */
export { LoadProcess } from "./load-process.ts";
export type { HttpOrder, Measured, Order } from "./order.ts";
