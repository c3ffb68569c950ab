import type { Place } from "../../api/instance.ts";
import { Unloaded } from "../../ui/states.tsx";
import { Member } from "./lock.tsx";
import { useRecent } from "./use-instance.ts";

/** The newest invocations of the key, whatever has become of them. */
export function Recent({ of }: { readonly of: Place }) {
  const { data, error, refetch } = useRecent(of);
  return (
    <section className="card" aria-label="Recent invocations">
      <h2>Recent invocations</h2>
      {data === undefined ? (
        <Unloaded what="invocations" error={error} retry={refetch} />
      ) : data.length === 0 ? (
        <p className="muted">None is stored: nobody has called it, or the retention of all is over.</p>
      ) : (
        <ul className="inbox">
          {data.map((row) => (
            <li key={row.id}>
              <Member id={row.id} row={row} since={({ created_at }) => created_at} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
