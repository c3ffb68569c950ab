import { shortId } from "../../api/invocation.ts";
import { addressOf, deployments } from "../../api/registry.ts";
import { useLive } from "../../live/use-live.ts";

interface DeploymentFieldProps {
  readonly service: string;
  /** `keep`, `latest`, or an id. */
  readonly value: string;
  readonly onChange: (deployment: string) => void;
  /** What `keep` means here. */
  readonly keeps: string;
}

/** Where an invocation goes on: where it was, on the latest deployment of its service, or on another that serves it. */
export function DeploymentField({ service, value, onChange, keeps }: DeploymentFieldProps) {
  const known = useLive({ key: ["deployments"], fetch: deployments, onRegistry: true });
  const serving = known.data?.filter(({ services }) => services.some(({ name }) => name === service)) ?? [];
  return (
    <label className="form-field">
      Deployment
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        <option value="keep">{keeps}</option>
        <option value="latest">The latest of the service</option>
        {serving.map((one) => (
          <option key={one.id} value={one.id}>
            {addressOf(one)} ({shortId(one.id)})
          </option>
        ))}
      </select>
    </label>
  );
}
