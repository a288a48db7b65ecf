import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";

import type { TermGroup } from "../i18n/terms";
import { useTerm } from "../i18n/use-texts";

const LOOKS: Record<string, StatusIndicatorProps.Type> = {
  // Never a stop sign for what somebody has switched off on purpose, and never a tick for what nobody knows.
  running: "success",
  available: "success",
  in_use: "success",
  ok: "success",
  present: "success",
  complete: "success",
  succeeded: "success",
  done: "success",
  stopped: "stopped",
  suspended: "stopped",
  paused: "stopped",
  shelved: "stopped",
  terminated: "stopped",
  cancelled: "stopped",
  gone: "stopped",
  unsupported: "not-started",
  new: "pending",
  pending: "pending",
  queued: "pending",
  starting: "in-progress",
  stopping: "in-progress",
  rebooting: "in-progress",
  migrating: "in-progress",
  creating: "in-progress",
  attaching: "in-progress",
  detaching: "in-progress",
  deleting: "in-progress",
  sending: "in-progress",
  sent: "in-progress",
  observed: "in-progress",
  error: "error",
  failed: "error",
  failing: "error",
  unreachable: "error",
  in_doubt: "warning",
  abandoned: "warning",
  unavailable: "warning",
  quarantined: "warning",
  missing: "warning",
  stale: "warning",
  unknown: "info",
  // Plans, the recycle bin, deliveries.
  draft: "pending",
  awaiting_approval: "pending",
  approved: "success",
  applying: "in-progress",
  applied: "success",
  rejected: "stopped",
  expired: "stopped",
  target: "pending",
  asked: "success",
  refused: "error",
  left: "stopped",
  recycled: "success",
  kept: "pending",
  deleted: "stopped",
  restored: "success",
  waiting: "pending",
  delivered: "success",
  dead: "error",
  missed: "warning",
};

interface Props {
  group: TermGroup;
  word: string | null | undefined;
}

/** A word of the API as a sign and a text; colour is never the only difference. */
export function Status({ group, word }: Props) {
  const term = useTerm();
  if (!word) return <>–</>;
  const moving = group !== "state" && word === "running";
  return <StatusIndicator type={moving ? "in-progress" : (LOOKS[word] ?? "info")}>{term(group, word)}</StatusIndicator>;
}
