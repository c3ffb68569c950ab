import { Link, Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { version } from "../api/registry.ts";
import { useFeedState, useLive } from "../live/use-live.ts";
import { Icon } from "../ui/icon.tsx";
import { Toasts } from "../ui/toasts.tsx";
import { focusSearch, modKey, useKeys } from "./keyboard.ts";
import { NAVIGATION } from "./pages.ts";
import type { Theme } from "./stored-theme.ts";
import { setTheme, useTheme } from "./theme.ts";

const Palette = lazy(async () => ({ default: (await import("./palette.tsx")).Palette }));
const Help = lazy(async () => ({ default: (await import("./help.tsx")).Help }));

type Open = "palette" | "help" | undefined;

/** What is around every page: navigation, search, keys, appearance, and whether the page is live. */
export function Shell() {
  const navigate = useNavigate();
  const [open, setOpen] = useState<Open>();
  const [isNavigationOpen, setIsNavigationOpen] = useState(false);
  const path = useRouterState({ select: (state) => state.location.pathname });
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever goes somewhere has no use for the menu any more.
  useEffect(() => setIsNavigationOpen(false), [path]);
  useKeys({
    "?": () => setOpen("help"),
    "/": () => void (focusSearch() || setOpen("palette")),
    "mod+k": () => setOpen("palette"),
    ...Object.fromEntries(NAVIGATION.map(({ key, to }) => [`g ${key}`, () => void navigate({ to })])),
  });
  const close = () => setOpen(undefined);
  return (
    <div className="shell" data-navigation={isNavigationOpen ? "open" : "closed"}>
      <a className="skip" href="#page">
        Skip to the page
      </a>
      <header className="top">
        <button
          type="button"
          className="icon-button"
          aria-label="Navigation"
          aria-expanded={isNavigationOpen}
          onClick={() => setIsNavigationOpen(!isNavigationOpen)}
        >
          <Icon name="menu" />
        </button>
        <Brand />
        <button type="button" className="icon-button" aria-label="Search everything" onClick={() => setOpen("palette")}>
          <Icon name="search" />
        </button>
      </header>
      <nav className="side" aria-label="Pages">
        <Brand />
        <button type="button" className="side-search" onClick={() => setOpen("palette")}>
          <Icon name="search" size={14} />
          <span>Search</span>
          <kbd>{modKey} K</kbd>
        </button>
        <ul>
          {NAVIGATION.map(({ to, label, icon }) => (
            <li key={to}>
              <Link to={to} className="side-link" activeOptions={{ exact: to === "/", includeSearch: false }}>
                <Icon name={icon} />
                {label}
              </Link>
            </li>
          ))}
        </ul>
        <div className="side-foot">
          <Liveness />
          <ServerVersion />
          <div className="side-tools">
            <ThemeSwitch />
            <button
              type="button"
              className="icon-button"
              aria-label="Keys and statuses"
              title="Keys and statuses (?)"
              onClick={() => setOpen("help")}
            >
              <Icon name="help" />
            </button>
          </div>
        </div>
      </nav>
      <button
        type="button"
        className="side-shade"
        tabIndex={-1}
        aria-hidden="true"
        onClick={() => setIsNavigationOpen(false)}
      />
      <main id="page" className="page" tabIndex={-1}>
        <Away />
        <Outlet />
      </main>
      <Suspense>
        {open === "palette" && <Palette isOpen onClose={close} onHelp={() => setOpen("help")} />}
        {open === "help" && <Help isOpen onClose={close} />}
      </Suspense>
      <Toasts />
    </div>
  );
}

function Brand() {
  return (
    <Link to="/" className="brand">
      <img src="/ui/favicon.svg" alt="" width={22} height={22} />
      restate-lite
    </Link>
  );
}

/** The server's own version, and Restate's whose API it has. */
function ServerVersion() {
  const { data } = useLive({ key: ["version"], fetch: version });
  if (data === undefined) return null;
  const { version: restate, restate_lite_version: own } = data;
  return (
    <span className="version num" title={`restate-lite ${own ?? ""}, with the API of Restate ${restate}`}>
      {own !== undefined && <span>v{own}</span>}
      <span>as Restate {restate}</span>
    </span>
  );
}

const LIVENESS = { connecting: "Connecting", live: "Live", offline: "Reconnecting" } as const;

function Liveness() {
  const state = useFeedState();
  return (
    <span className="liveness" data-state={state} role="status">
      <span className="liveness-dot" aria-hidden="true" />
      {LIVENESS[state]}
    </span>
  );
}

/** Not at the first sight of a gap: a restart of the server takes less than a second. */
const AWAY_AFTER_MS = 1500;

function Away() {
  const state = useFeedState();
  const [isLong, setIsLong] = useState(false);
  useEffect(() => {
    setIsLong(false);
    if (state !== "offline") return;
    const timer = window.setTimeout(() => setIsLong(true), AWAY_AFTER_MS);
    return () => window.clearTimeout(timer);
  }, [state]);
  if (!isLong) return null;
  return (
    <div className="away" role="alert">
      <Icon name="alert" />
      The server does not answer. What you see is as it was; the page goes on by itself when the server is back.
    </div>
  );
}

const NEXT: Readonly<Record<Theme, Theme>> = { system: "light", light: "dark", dark: "system" };
const THEME_LABELS = { system: "follows the system", light: "light", dark: "dark" } as const;

function ThemeSwitch() {
  const theme = useTheme();
  const label = `Appearance: ${THEME_LABELS[theme]}. Switch to ${THEME_LABELS[NEXT[theme]]}`;
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={label}
      title={label}
      onClick={() => setTheme(NEXT[theme])}
    >
      <Icon name={theme === "system" ? "system" : theme === "light" ? "sun" : "moon"} />
    </button>
  );
}
