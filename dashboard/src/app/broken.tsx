import { Failure } from "../ui/states.tsx";

/** A page that failed. After an update of the server, the parts that an old page asks for are gone. */
export function Broken({ error }: { readonly error: unknown }) {
  return (
    <div className="page-frame">
      <Failure error={error instanceof Error ? error : new Error(String(error))} onRetry={() => location.reload()} />
    </div>
  );
}
