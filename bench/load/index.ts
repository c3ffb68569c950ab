/** Load from a process of its own, and what came back: throughput, exact latencies in microseconds, errors. */
export { LoadProcess } from "./load-process.ts";
export type { EndpointOrder, FlushOrder, HttpOrder, Measured, Order } from "./order.ts";
