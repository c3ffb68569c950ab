import type { ReactNode } from "react";
import { AdminError } from "../api/admin.ts";
import { Icon, type IconName } from "./icon.tsx";

/** Nothing to show: why, and what to do next. */
export function Empty(props: { readonly icon: IconName; readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="empty">
      <Icon name={props.icon} size={28} />
      <h2>{props.title}</h2>
      {props.children !== undefined && <div className="empty-text">{props.children}</div>}
    </div>
  );
}

export function Loading({ what }: { readonly what: string }) {
  return (
    <div className="loading" role="status">
      <span className="spinner" aria-hidden="true" />
      Loading {what}…
    </div>
  );
}

/** Before the data is there: that it comes, or why it does not. */
export function Unloaded(props: {
  readonly what: string;
  readonly error: Error | null;
  readonly retry: () => Promise<unknown>;
}) {
  const { what, error, retry } = props;
  return error === null ? <Loading what={what} /> : <Failure error={error} onRetry={() => void retry()} />;
}

export function Failure(props: { readonly error: Error; readonly onRetry?: (() => void) | undefined }) {
  const { error, onRetry } = props;
  const isAway = error instanceof AdminError && error.status === 0;
  return (
    <div className="failure" role="alert">
      <Icon name="alert" size={18} />
      <div>
        <strong>{isAway ? "The server does not answer" : "That did not work"}</strong>
        <p>
          {isAway
            ? "Start it again with `restate-lite dev`; this page goes on by itself as soon as it answers."
            : error.message}
        </p>
        {onRetry !== undefined && (
          <button type="button" className="button" onClick={onRetry}>
            Try again
          </button>
        )}
      </div>
    </div>
  );
}
