import { Link } from "@tanstack/react-router";
import { UNFINISHED } from "../../api/invocation.ts";
import { addressOf, type Deployment, type Service } from "../../api/registry.ts";
import { CopyButton } from "../../ui/copy.tsx";
import { CountLink } from "../../ui/count-link.tsx";
import { count } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import { Ago } from "../../ui/time-view.tsx";
import { Details } from "./details.tsx";
import type { Pins, Standing, StandingOf } from "./standing.ts";

const STANDINGS: Readonly<Record<Standing, { label: string; tone: string; title: string }>> = {
  active: { label: "Active", tone: "good", title: "New invocations of its services go there." },
  draining: {
    label: "Draining",
    tone: "trouble",
    title: "New invocations go elsewhere; those that have begun on it have not all ended.",
  },
  drained: { label: "Drained", tone: "idle", title: "Nothing needs it any more: it can be removed." },
};

interface DeploymentRowProps {
  readonly deployment: Deployment;
  readonly services: readonly Service[];
  readonly pins: readonly Pins[];
  readonly of: StandingOf;
  /** `undefined`: not known yet. */
  readonly failing: number | undefined;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
  readonly onUpdate: () => void;
  readonly onRemove: () => void;
}

export function DeploymentRow(props: DeploymentRowProps) {
  const { deployment, services, pins, of, failing, isOpen, onToggle, onUpdate, onRemove } = props;
  const { id } = deployment;
  const address = addressOf(deployment);
  const { label, tone, title } = STANDINGS[of.standing];
  return (
    <tbody>
      <tr>
        <td>
          <button
            type="button"
            className="deployment-toggle"
            aria-expanded={isOpen}
            aria-label={`Details of ${address}`}
            onClick={onToggle}
          >
            <Icon name={isOpen ? "down" : "chevron"} size={14} />
          </button>
          <strong>{address}</strong>
          <div className="sub">
            <code>{id}</code> <CopyButton text={id} label="the id" />
          </div>
        </td>
        <td>
          <span className="health" data-tone={tone} title={title}>
            {label}
          </span>
        </td>
        <td className="service-names">
          {deployment.services.map(({ name, revision }) => {
            const isLatest = of.latestFor.includes(name);
            return (
              <Link
                key={name}
                to="/services/$name"
                params={{ name }}
                className="tag"
                data-old={!isLatest || undefined}
                title={isLatest ? `The latest revision of ${name}` : `${name} has a later revision elsewhere`}
              >
                {name} <span className="num">{revision}</span>
                {!isLatest && <span className="visually-hidden"> superseded</span>}
              </Link>
            );
          })}
        </td>
        <td className="right num">
          <CountLink n={of.pinned} search={{ deployment: id, status: UNFINISHED }} />
        </td>
        <td>
          {failing === undefined ? (
            <span className="none">–</span>
          ) : failing === 0 ? (
            <span className="health" data-tone="good">
              Good
            </span>
          ) : (
            <span className="health" data-tone="trouble">
              {count(failing)} failing
            </span>
          )}
        </td>
        <td className="num">
          v{deployment.min_protocol_version}–{deployment.max_protocol_version}{" "}
          <span className="muted">
            {deployment.http_version} {deployment.protocol_type === "RequestResponse" && "request and response"}
          </span>
          <div className="sub">{deployment.sdk_version ?? "SDK unknown"}</div>
        </td>
        <td className="right">
          <Ago at={deployment.created_at} />
        </td>
        <td className="right">
          <button type="button" className="button quiet" onClick={onUpdate}>
            Update
          </button>
          <button type="button" className="button quiet" onClick={onRemove}>
            Remove
          </button>
        </td>
      </tr>
      {isOpen && (
        <tr className="deployment-open">
          <td colSpan={8}>
            <Details {...{ deployment, services, pins }} />
          </td>
        </tr>
      )}
    </tbody>
  );
}
