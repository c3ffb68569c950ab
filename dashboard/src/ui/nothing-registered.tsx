import { Link } from "@tanstack/react-router";
import { Empty } from "./states.tsx";

/** What a new server has to show: how it comes by services. */
export function NothingRegistered() {
  return (
    <Empty icon="services" title="No service is registered yet">
      <p>Start one with an SDK of Restate, then tell the server where it listens:</p>
      <pre>{`curl ${location.origin}/deployments --json '{"uri": "http://localhost:9080"}'`}</pre>
      <p>
        or <Link to="/deployments">register it here</Link>. It appears at once. <code>restate-lite dev src/app.ts</code>{" "}
        starts server and services, and registers them by itself.
      </p>
    </Empty>
  );
}
