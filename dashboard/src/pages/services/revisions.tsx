import { Link } from "@tanstack/react-router";
import { UNFINISHED } from "../../api/invocation.ts";
import { addressOf, deployments, type Service } from "../../api/registry.ts";
import { quoted, sql } from "../../api/sql.ts";
import { useLive } from "../../live/use-live.ts";
import { CountLink } from "../../ui/count-link.tsx";
import { Unloaded } from "../../ui/states.tsx";
import { Ago } from "../../ui/time-view.tsx";

interface Pins {
  readonly deployment: string;
  readonly n: number;
}

/** Which deployment has which revision of a service, the latest first. */
export function Revisions({ service }: { readonly service: Service }) {
  const { data, error, refetch } = useLive({ key: ["deployments"], fetch: deployments, onRegistry: true });
  const pins = useLive({
    key: ["pinned", service.name],
    fetch: (signal) =>
      sql<Pins>(
        `SELECT pinned_deployment_id AS deployment, count(*) AS n FROM sys_invocation WHERE status != 'completed' AND target_service_name = ${quoted(service.name)} AND pinned_deployment_id IS NOT NULL GROUP BY 1`,
        signal,
      ),
    on: (change) => change.service === service.name && change.status !== undefined,
    everyMs: 1000,
  });
  if (data === undefined) {
    return <Unloaded what="revisions" error={error} retry={refetch} />;
  }
  const rows = data
    .flatMap((deployment) =>
      deployment.services
        .filter(({ name }) => name === service.name)
        .map(({ revision }) => ({ deployment, revision, isLatest: deployment.id === service.deployment_id })),
    )
    .sort((a, b) => b.revision - a.revision);
  return (
    <section className="card" aria-label="Revisions">
      <h2>Revisions</h2>
      <p className="muted">
        New invocations go to the latest one. Those that have begun on an older one end there, as long as its deployment
        is there.
      </p>
      <div className="table-scroll">
        <table className="table">
          <thead>
            <tr>
              <th>Revision</th>
              <th>Deployment</th>
              <th className="right">Unfinished on it</th>
              <th className="right">Registered</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ deployment, revision, isLatest }) => {
              const n = pins.data?.find((one) => one.deployment === deployment.id)?.n ?? 0;
              return (
                <tr key={deployment.id}>
                  <td className="num">
                    {revision} {isLatest && <span className="tag">latest</span>}
                  </td>
                  <td>
                    <Link to="/deployments" search={{ id: deployment.id }}>
                      {addressOf(deployment)}
                    </Link>
                    <div className="sub">
                      <code>{deployment.id}</code>
                    </div>
                  </td>
                  <td className="right num">
                    <CountLink
                      n={n}
                      search={{ service: service.name, deployment: deployment.id, status: UNFINISHED }}
                    />
                  </td>
                  <td className="right">
                    <Ago at={deployment.created_at} />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}
