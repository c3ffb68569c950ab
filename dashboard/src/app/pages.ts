import type { IconName } from "../ui/icon.tsx";

/** A page of the navigation. Its address and its component are in `router.tsx`. */
export interface NavigationPage {
  readonly to: "/" | "/invocations" | "/services" | "/deployments" | "/state" | "/flow" | "/sql";
  readonly label: string;
  readonly icon: IconName;
  /** `g`, then this key, goes there. */
  readonly key: string;
}

export const NAVIGATION: readonly NavigationPage[] = [
  { to: "/", label: "Overview", icon: "overview", key: "o" },
  { to: "/invocations", label: "Invocations", icon: "invocations", key: "i" },
  { to: "/services", label: "Services", icon: "services", key: "s" },
  { to: "/state", label: "State", icon: "state", key: "t" },
  { to: "/deployments", label: "Deployments", icon: "deployments", key: "d" },
  { to: "/flow", label: "Flow control", icon: "flow", key: "f" },
  { to: "/sql", label: "SQL", icon: "sql", key: "q" },
];
