import type { Schemas } from "../../api/types";

/** What is chosen for a move; "" is left to mcm. days: as typed. */
export interface Wanted {
  account: string;
  region: string;
  flavor: string;
  network: string;
  stop: boolean;
  retire: boolean;
  days: string;
  leaveVolumes: boolean;
}

/** How long the recycle bin keeps a source of which nobody has said anything else. */
export const DAYS = 7;
const MOST_DAYS = 365;

export function daysFit({ retire, days }: Wanted): boolean {
  return !retire || (/^\d{1,3}$/.test(days.trim()) && Number(days) >= 1 && Number(days) <= MOST_DAYS);
}

export function bodyOf(resource: string, wanted: Wanted): Schemas["MoveCreate"] {
  const { account, region, flavor, network, stop, retire, days, leaveVolumes } = wanted;
  return {
    resource,
    account,
    ...(region ? { region } : {}),
    params: { ...(flavor ? { flavor } : {}), ...(network ? { networks: [network] } : {}) },
    stop,
    retire,
    days: retire ? Number(days) : DAYS,
    leave_volumes: leaveVolumes,
  };
}

/** The command that asks for the same, behind the program's name. */
export function movingWords(resource: string, wanted: Wanted): string[] {
  const { account, region, flavor, network, stop, retire, days, leaveVolumes } = wanted;
  return [
    "move", "start", resource, "--to", account || "…",
    ...(region ? ["--region", region] : []),
    ...(flavor ? ["--flavor", flavor] : []),
    ...(network ? ["--network", network] : []),
    ...(stop ? ["--stop"] : []),
    ...(retire ? ["--retire", "--days", days.trim()] : []),
    ...(leaveVolumes ? ["--leave-volumes"] : []),
  ];
}
