import type { Schemas } from "../../api/types";

export type Move = Schemas["MoveDetail"];
type Step = Schemas["MoveStepItem"];

/** A step's own name, without the volume that it is about. */
export const kindOf = (name: string): string => name.split(":")[0] ?? name;

const step = ({ steps }: Move, name: string): Step | undefined => steps.find((each) => each.name === name);

/** What it did is taken back, or was. */
export function goesBack({ status, steps }: Pick<Move, "status" | "steps">): boolean {
  return status === "undoing" || status === "cancelled" || (status === "failed" && !steps.some((each) => each.name === "verify" && each.status === "done"));
}

/** Why the API would not cancel it; "" where it would. */
export function againstCancel(move: Move): "" | "ended" | "goesBack" | "verified" | "asked" {
  if (move.status === "undoing") return "goesBack";
  if (move.status !== "queued" && move.status !== "running") return "ended";
  if (step(move, "verify")?.status === "done") return "verified";
  return move.cancel_requested ? "asked" : "";
}

/** Why the API would not try it again; "" where it would. */
export function againstRetry(move: Move): "" | "notEnded" | "succeeded" | "stillThere" {
  if (move.status === "succeeded") return "succeeded";
  if (move.status !== "failed" && move.status !== "cancelled") return "notEnded";
  return step(move, "create")?.status === "left" ? "stillThere" : "";
}

/** Of its image at one end. same: null where nothing was compared. */
export interface End {
  /** Of a further volume: its name; else "". */
  volume: string;
  where: "source" | "sent" | "target";
  format: string;
  bytes: number | null;
  checksum: string;
  same: boolean | null;
}

/** What was compared on the way, as far as it came; whatever differs ends a move. */
export function endsOf(move: Move): End[] {
  const image = move.image as Readonly<Record<string, unknown>>;
  const volumes = Array.isArray(image["volumes"]) ? image["volumes"].map(object) : [];
  return [...endsOfOne(move, image, "", "download"), ...volumes.flatMap((each) => (each ? endsOfOne(move, each, text(each["name"]), `download:${text(each["number"])}`) : []))];
}

function endsOfOne(move: Move, image: Readonly<Record<string, unknown>>, volume: string, download: string): End[] {
  const uploaded = object(image["uploaded"]);
  const verified = object(image["verified"]);
  const arrived = step(move, download)?.status === "done" && text(image["checksum"]) !== "";
  const ends: End[] = [];
  if (image["source_format"]) ends.push({ volume, where: "source", format: text(image["source_format"]), bytes: number(image["source_bytes"]), checksum: text(image["checksum"]), same: arrived ? true : null });
  if (uploaded) ends.push({ volume, where: "sent", format: text(image["format"]), bytes: number(uploaded["bytes"]), checksum: text(uploaded["checksum"]), same: null });
  if (verified) ends.push({ volume, where: "target", format: text(verified["format"]), bytes: number(verified["bytes"]), checksum: text(verified["checksum"]), same: true });
  return ends;
}

function object(value: unknown): Readonly<Record<string, unknown>> | null {
  return value !== null && typeof value === "object" ? (value as Readonly<Record<string, unknown>>) : null;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function number(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
