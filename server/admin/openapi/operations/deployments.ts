import * as bodies from "../../bodies.ts";
import * as queries from "../../queries.ts";
import * as responses from "../responses.ts";
import { BAD_REQUEST, CONFLICT, DISCOVERY, NOT_FOUND, type Operation } from "./operation.ts";

export function deploymentOperations(): Operation[] {
  const tag = "deployment";
  const path = "/deployments/{deployment}";
  return [
    {
      method: "get",
      path: "/deployments",
      tag,
      id: "list_deployments",
      summary: "List deployments",
      answers: { 200: { description: "All deployments", schema: responses.deployments } },
    },
    {
      method: "post",
      path: "/deployments",
      tag,
      id: "create_deployment",
      summary: "Register a deployment",
      body: bodies.registerDeployment,
      answers: {
        200: { description: "It was registered before", schema: responses.registered },
        201: { description: "Registered", schema: responses.registered },
        ...BAD_REQUEST,
        ...CONFLICT,
        ...DISCOVERY,
      },
    },
    {
      method: "get",
      path,
      tag,
      id: "get_deployment",
      summary: "Get a deployment",
      answers: { 200: { description: "The deployment", schema: responses.deploymentDetail }, ...NOT_FOUND },
    },
    {
      method: "patch",
      path,
      tag,
      id: "update_deployment",
      summary: "Move a deployment, or replace what it serves",
      body: bodies.updateDeployment,
      answers: {
        200: { description: "The deployment as it is now", schema: responses.deploymentDetail },
        ...BAD_REQUEST,
        ...NOT_FOUND,
        ...DISCOVERY,
      },
    },
    {
      method: "delete",
      path,
      tag,
      id: "delete_deployment",
      summary: "Remove a deployment",
      query: queries.deleteDeploymentQuery,
      answers: {
        202: { description: "Removed" },
        ...NOT_FOUND,
        501: { description: "Only a forced removal is implemented" },
      },
    },
  ];
}
