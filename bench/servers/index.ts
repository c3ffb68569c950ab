/** The processes under test: both servers, the endpoint that they call, and what they use of the machine. */
export { Endpoint, type EndpointSdk } from "./endpoint.ts";
export { cpuUs, machineCpuUs, residentBytes } from "./footprint.ts";
export { kindOf } from "./kinds.ts";
export { freePorts } from "./ports.ts";
export { eventually, request, requestOk } from "./request.ts";
export { SERVER_NAMES, Server, type ServerKind } from "./server.ts";
export { type Toolchain, toolchain } from "./toolchain.ts";
export type { WaiterCounts } from "./waiter.ts";
