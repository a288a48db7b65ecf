import type { Format } from "../../i18n/format";
import type { Texts } from "../../i18n/use-texts";
import { plain } from "../../parts/plain";
import type { texts } from "./texts";
import type { Choice } from "./use-choices";

type Say = Texts<keyof typeof texts>;

/** What tells one choice from another, by kind, in few words. */
export function factsOf(kind: string, choice: Choice, t: Say, format: Format): string {
  const own = choice.attributes as Record<string, unknown>;
  const text = (name: string) => (typeof own[name] === "string" ? plain(own[name]) : "");
  const number = (name: string) => (typeof own[name] === "number" && own[name] > 0 ? own[name] : 0);
  const list = (name: string) => (Array.isArray(own[name]) ? own[name].map((each) => plain(String(each))).join(", ") : "");
  const minimum = number("min_disk_gib") ? t("smallestDisk", { n: number("min_disk_gib") }) : "";
  const known: Record<string, string[]> = {
    image: [text("os_name") || text("os_family"), text("architecture"), minimum],
    flavor: [
      number("vcpus") ? t("vcpus", { n: number("vcpus") }) : "",
      number("memory_mib") ? format.memory(number("memory_mib")) : "",
      number("local_disk_gib") ? t("disk", { n: number("local_disk_gib") }) : "",
      number("gpu_count") ? t("gpus", { n: number("gpu_count"), model: text("gpu_model") }) : "",
    ],
    network: [list("cidrs"), own["shared"] === true ? t("shared") : "", own["external"] === true ? t("external") : "", plain(choice.project_name ?? "")],
    security_group: [text("description"), plain(choice.project_name ?? "")],
    keypair: [text("fingerprint")],
  };
  return (known[kind] ?? [text("description")]).filter(Boolean).join(" · ");
}
