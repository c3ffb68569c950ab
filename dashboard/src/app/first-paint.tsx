import { Icon } from "../ui/icon.tsx";
import { NAVIGATION } from "./pages.ts";

/**
 * What index.html shows until the scripts are there: the shell without what needs them. It is rendered at build time
 * (vite.config.ts), and the app replaces it.
 */
export function FirstPaint() {
  const brand = (
    <span className="brand">
      <img src="/ui/favicon.svg" alt="" width={22} height={22} />
      restate-lite
    </span>
  );
  return (
    <div className="shell" data-navigation="closed">
      <header className="top">
        <span className="icon-button">
          <Icon name="menu" />
        </span>
        {brand}
        <span className="icon-button">
          <Icon name="search" />
        </span>
      </header>
      <nav className="side" aria-label="Pages">
        {brand}
        <span className="side-search">
          <Icon name="search" size={14} />
          <span>Search</span>
        </span>
        <ul>
          {NAVIGATION.map(({ to, label, icon }) => (
            <li key={to}>
              <a href={`/ui${to}`} className="side-link">
                <Icon name={icon} />
                {label}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <main className="page" />
    </div>
  );
}
