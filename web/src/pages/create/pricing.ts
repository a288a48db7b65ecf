import type { QueryOf } from "../../api/types";
import type { Form } from "./state";
import type { Choice } from "./use-choices";

export type QuoteQuery = QueryOf<"/api/v1/costs/quote", "get">;

interface Chosen {
  form: Form;
  region: string;
  flavor: Choice | undefined;
  image: Choice | undefined;
  ignored: ReadonlySet<string>;
}

/** What is to be priced, as far as it was chosen; null while the size is not known. */
export function quoteOf({ form, region, flavor, image, ignored }: Chosen): QuoteQuery | null {
  const told = (flavor?.attributes ?? {}) as Record<string, unknown>;
  const number = (value: unknown) => (typeof value === "number" && value > 0 ? value : 0);
  const text = (name: string) => (typeof told[name] === "string" ? told[name] : "");
  const free = !form.single.flavor;
  const vcpus = free ? number(Number(form.single.vcpus)) : number(told["vcpus"]);
  const memory = free ? number(Number(form.single.memory_mib)) : number(told["memory_mib"]);
  if (!form.account || !region || !vcpus || !memory) return null;
  const gpus = number(told["gpu_count"]);
  const made = (image?.attributes ?? {}) as Record<string, unknown>;
  const asked = ignored.has("disk_gib") ? 0 : number(Number(form.single.disk_gib));
  const local = number(told["local_disk_gib"]) > 0 && !asked;
  // Where nobody asks for more the first disk is as large as the image needs, or comes with the size.
  const disk = asked || (local ? 0 : number(made["min_disk_gib"]));
  const family = String(made["os_family"] ?? "").toLowerCase();
  return {
    account: form.account,
    region,
    vcpus: String(vcpus),
    memory_mib: String(memory),
    ...(flavor ? { sku: flavor.name || flavor.native_id } : {}),
    ...(gpus ? { gpus, ...(text("gpu_model") ? { gpu_model: text("gpu_model") } : {}) } : {}),
    ...(text("architecture") ? { architecture: text("architecture") } : {}),
    ...(family.includes("windows") ? { operating_system: "windows" as const } : {}),
    ...(disk ? { disk_gib: String(disk) } : {}),
    ...(local ? { local_disk: true } : {}),
  };
}
