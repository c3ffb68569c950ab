import { z } from "zod";
import * as responses from "../responses.ts";
import { type Operation, problem } from "./operation.ts";

const sqlQuery = z.object({ query: z.string() }).meta({ id: "QueryRequest" });

export function serverOperations(): Operation[] {
  return [
    {
      method: "post",
      path: "/query",
      tag: "introspection",
      id: "query",
      summary: "Run an SQL query",
      body: sqlQuery,
      answers: {
        200: { description: "Its rows: as JSON or as an Arrow stream, by the Accept header", schema: responses.rows },
        400: problem("It is no query"),
        500: problem("It cannot be run"),
      },
    },
    {
      method: "get",
      path: "/health",
      tag: "health",
      id: "health",
      summary: "Whether the admin API answers",
      answers: { 200: { description: "It does" } },
    },
    {
      method: "get",
      path: "/version",
      tag: "version",
      id: "version",
      summary: "The versions that are spoken here",
      answers: { 200: { description: "Versions and features", schema: responses.version } },
    },
    {
      method: "get",
      path: "/cluster-health",
      tag: "cluster_health",
      id: "cluster_health",
      summary: "The health of the cluster, which is one node",
      isDeprecated: true,
      answers: { 200: { description: "One node", schema: responses.clusterHealth } },
    },
  ];
}
