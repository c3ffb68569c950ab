import * as bodies from "../../bodies.ts";
import * as responses from "../responses.ts";
import { BAD_REQUEST, NOT_FOUND, type Operation } from "./operation.ts";

export function serviceOperations(): Operation[] {
  const tag = "service";
  const path = "/services/{service}";
  return [
    {
      method: "get",
      path: "/services",
      tag,
      id: "list_services",
      summary: "List services",
      answers: { 200: { description: "The latest revision of every service", schema: responses.services } },
    },
    {
      method: "get",
      path,
      tag,
      id: "get_service",
      summary: "Get a service",
      answers: { 200: { description: "Its latest revision", schema: responses.service }, ...NOT_FOUND },
    },
    {
      method: "patch",
      path,
      tag,
      id: "modify_service",
      summary: "Change the configuration of a service until its next revision",
      body: bodies.modifyService,
      answers: {
        200: { description: "The service as it is now", schema: responses.service },
        ...BAD_REQUEST,
        ...NOT_FOUND,
      },
    },
    {
      method: "post",
      path: `${path}/state`,
      tag,
      id: "modify_service_state",
      summary: "Replace the state of a virtual object or workflow",
      body: bodies.modifyState,
      answers: {
        202: { description: "Done after the invocation that holds the key" },
        ...BAD_REQUEST,
        ...NOT_FOUND,
      },
    },
    {
      method: "get",
      path: `${path}/openapi`,
      tag,
      id: "get_service_openapi",
      summary: "Get the OpenAPI document of a service",
      answers: { 200: { description: "OpenAPI 3.1", schema: responses.openApi }, ...NOT_FOUND },
    },
    {
      method: "get",
      path: `${path}/handlers`,
      tag: "service_handler",
      id: "list_service_handlers",
      summary: "List the handlers of a service",
      answers: { 200: { description: "Its handlers", schema: responses.handlers }, ...NOT_FOUND },
    },
    {
      method: "get",
      path: `${path}/handlers/{handler}`,
      tag: "service_handler",
      id: "get_service_handler",
      summary: "Get a handler",
      answers: { 200: { description: "The handler", schema: responses.handler }, ...NOT_FOUND },
    },
  ];
}
