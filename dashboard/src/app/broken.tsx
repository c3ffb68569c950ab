import { useEffect, useRef } from "react";
import { AdminError } from "../api/admin.ts";
import { useFeedState } from "../live/use-live.ts";
import { Failure } from "../ui/states.tsx";

/** A page that failed, most often because a part of it could not be loaded. Loads it again when the server is back. */
export function Broken({ error }: { readonly error: unknown }) {
  const state = useFeedState();
  const wasAway = useRef(false);
  useEffect(() => {
    if (state === "offline") wasAway.current = true;
    else if (state === "live" && wasAway.current) location.reload();
  }, [state]);
  const said = error instanceof Error ? error : new Error(String(error));
  return (
    <div className="page-frame">
      <Failure error={state === "offline" ? new AdminError(0, said.message) : said} onRetry={() => location.reload()} />
    </div>
  );
}
