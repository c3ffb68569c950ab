import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { FILTER_NAMES } from "../pages/invocations/filter.ts";
import { Loading } from "../ui/states.tsx";
import { Broken } from "./broken.tsx";
import { NotFound } from "./not-found.tsx";
import { part } from "./part.ts";
import { parseSearch, stringifySearch, texts } from "./search.ts";
import { Shell } from "./shell.tsx";

/** Each page is a chunk of its own, loaded when somebody is about to go there. */
const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

const overview = createRoute({
  getParentRoute: () => root,
  path: "/",
  component: lazyRouteComponent(
    part(() => import("../pages/overview/overview.tsx")),
    "Overview",
  ),
});

const invocations = createRoute({
  getParentRoute: () => root,
  path: "/invocations",
  validateSearch: texts(FILTER_NAMES),
  component: lazyRouteComponent(
    part(() => import("../pages/invocations/invocations.tsx")),
    "Invocations",
  ),
});

const invocation = createRoute({
  getParentRoute: () => root,
  path: "/invocations/$id",
  component: lazyRouteComponent(
    part(() => import("../pages/invocation/page.tsx")),
    "InvocationPage",
  ),
});

const services = createRoute({
  getParentRoute: () => root,
  path: "/services",
  component: lazyRouteComponent(
    part(() => import("../pages/services/services.tsx")),
    "Services",
  ),
});

const service = createRoute({
  getParentRoute: () => root,
  path: "/services/$name",
  validateSearch: texts(["handler", "view"]),
  component: lazyRouteComponent(
    part(() => import("../pages/services/service.tsx")),
    "ServicePage",
  ),
});

const deployments = createRoute({
  getParentRoute: () => root,
  path: "/deployments",
  validateSearch: texts(["id"]),
  component: lazyRouteComponent(
    part(() => import("../pages/deployments/deployments.tsx")),
    "Deployments",
  ),
});

const state = createRoute({
  getParentRoute: () => root,
  path: "/state",
  validateSearch: texts(["service", "q"]),
  component: lazyRouteComponent(
    part(() => import("../pages/state/state.tsx")),
    "State",
  ),
});

const instancePage = lazyRouteComponent(
  part(() => import("../pages/instance/page.tsx")),
  "InstancePage",
);

const instance = createRoute({
  getParentRoute: () => root,
  path: "/state/$service/$key",
  validateSearch: texts(["scope"]),
  component: instancePage,
});

/** For keys that cannot be a step of an address. */
const oddInstance = createRoute({
  getParentRoute: () => root,
  path: "/state/$service",
  validateSearch: texts(["key", "scope"]),
  component: instancePage,
});

const flow = createRoute({
  getParentRoute: () => root,
  path: "/flow",
  component: lazyRouteComponent(
    part(() => import("../pages/flow/flow.tsx")),
    "FlowControl",
  ),
});

const sql = createRoute({
  getParentRoute: () => root,
  path: "/sql",
  validateSearch: texts(["query"]),
  component: lazyRouteComponent(
    part(() => import("../pages/sql/console.tsx")),
    "SqlConsole",
  ),
});

export const router = createRouter({
  routeTree: root.addChildren([
    overview,
    invocations,
    invocation,
    services,
    service,
    deployments,
    state,
    instance,
    oddInstance,
    flow,
    sql,
  ]),
  basepath: "/ui",
  parseSearch,
  stringifySearch,
  defaultPreload: "intent",
  defaultPendingComponent: () => <Loading what="the page" />,
  defaultErrorComponent: Broken,
  scrollRestoration: false,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
