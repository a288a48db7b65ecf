import type { Permission } from "../../api/session";
import { texts } from "./texts";

type Key = keyof typeof texts;

/** What there is to point at now; null where there is none (yet). */
export interface Found {
  failing: string | null;
  plan: string | null;
  changed: string | null;
}

export interface Step {
  says: Key;
  said: Key;
  permission: Permission;
  path(found: Found): string;
  /** CSS selectors: the first that is to be seen is pointed at. */
  at: readonly string[];
}

const STOPPED = 'kind = "instance" AND state = "stopped"';

export const STEPS: readonly Step[] = [
  { says: "clouds", said: "cloudsSaid", permission: "resource.read", path: () => "/", at: ["[data-tour=clouds]"] },
  {
    says: "stale",
    said: "staleSaid",
    permission: "account.read",
    path: ({ failing }) => (failing ? `/accounts/${encodeURIComponent(failing)}` : "/accounts"),
    at: ["[data-tour=failing]", "main table"],
  },
  {
    says: "inventory",
    said: "inventorySaid",
    permission: "resource.read",
    path: () => `/inventory?filter=${encodeURIComponent(STOPPED)}&order_by=${encodeURIComponent("last_changed desc")}`,
    at: ["[data-filter]"],
  },
  {
    says: "approval",
    said: "approvalSaid",
    permission: "operation.read",
    path: ({ plan }) => (plan ? `/plans/${plan}` : "/plans"),
    at: ["[data-tour=deciding]", "main table"],
  },
  {
    says: "command",
    said: "commandSaid",
    permission: "resource.read",
    path: ({ changed }) => (changed ? `/resources/${changed}` : "/inventory"),
    at: ["div:has(> .console-command)"],
  },
  { says: "anywhere", said: "anywhereSaid", permission: "own.read", path: () => "/settings", at: [".console-top :is(button, [role=button])"] },
];
