import type { Status } from "../api/invocation.ts";
import { Icon, type IconName } from "./icon.tsx";

const LABELS: Readonly<Record<Status, string>> = {
  scheduled: "Scheduled",
  pending: "Pending",
  ready: "Ready",
  running: "Running",
  suspended: "Suspended",
  "backing-off": "Backing off",
  paused: "Paused",
  succeeded: "Succeeded",
  failed: "Failed",
  cancelled: "Cancelled",
  killed: "Killed",
};

/** Never by colour alone: each status has a shape of its own. */
const ICONS: Readonly<Record<Status, IconName>> = {
  scheduled: "clock",
  pending: "queue",
  ready: "queue",
  running: "play",
  suspended: "moon",
  "backing-off": "retry",
  paused: "pause",
  succeeded: "check",
  failed: "cross",
  cancelled: "cancel",
  killed: "skull",
};

/** What each means, for people who meet it the first time. */
export const STATUS_MEANINGS: Readonly<Record<Status, string>> = {
  scheduled: "starts later",
  pending: "waits for its key: another invocation holds it",
  ready: "waits for an attempt to start",
  running: "an attempt runs now",
  suspended: "waits for a result and runs nowhere meanwhile",
  "backing-off": "an attempt failed; the next one is due",
  paused: "waits until somebody resumes it",
  succeeded: "ended with a result",
  failed: "ended with an error",
  cancelled: "ended because somebody cancelled it",
  killed: "ended because somebody killed it",
};

export const statusLabel = (status: Status): string => LABELS[status];

/** One of six colours: what a person has to know at a glance. */
export function statusTone(status: Status): "idle" | "active" | "waiting" | "trouble" | "good" | "bad" {
  switch (status) {
    case "scheduled":
    case "pending":
    case "ready":
      return "idle";
    case "running":
      return "active";
    case "suspended":
      return "waiting";
    case "backing-off":
    case "paused":
      return "trouble";
    case "succeeded":
      return "good";
    case "cancelled":
    case "killed":
    case "failed":
      return "bad";
  }
}

export function StatusBadge({ status }: { readonly status: Status }) {
  return (
    <span className="status" data-tone={statusTone(status)} title={STATUS_MEANINGS[status]}>
      <Icon name={ICONS[status]} size={13} />
      {LABELS[status]}
    </span>
  );
}

export function StatusIcon({ status }: { readonly status: Status }) {
  return (
    <span className="status-icon" data-tone={statusTone(status)}>
      <Icon name={ICONS[status]} size={14} />
    </span>
  );
}
