import { plain } from "./plain";

/** A name as a cloud gave it: kept apart from the text around it, and nothing in it hidden. */
export function Name({ of }: { of: string }) {
  return <bdi className="console-name">{plain(of)}</bdi>;
}
