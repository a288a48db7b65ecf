import type { Pair } from "../../parts/acting/schema";

/** What is named or counted once, in the order of the form; each a parameter of the action and of the address. */
export const SINGLE = ["image", "flavor", "vcpus", "memory_mib", "disk_gib", "keypair", "zone", "folder", "resource_pool", "datastore", "name"] as const;
export const SEVERAL = ["networks", "security_groups"] as const;
const NUMBERS: ReadonlySet<string> = new Set(["vcpus", "memory_mib", "disk_gib"]);
export type Single = (typeof SINGLE)[number];
export type Several = (typeof SEVERAL)[number];

export interface Form {
  account: string;
  region: string;
  project: string;
  single: Readonly<Partial<Record<Single, string>>>;
  several: Readonly<Record<Several, readonly string[]>>;
  tags: readonly Pair[];
}

export function formOf(params: URLSearchParams): Form {
  const single = Object.fromEntries(SINGLE.flatMap((name) => (params.get(name) ? [[name, params.get(name)]] : [])));
  const several = Object.fromEntries(SEVERAL.map((name) => [name, params.getAll(name)])) as unknown as Form["several"];
  const tags = params.getAll("tag").map((each) => {
    const at = each.indexOf("=");
    return at < 0 ? { key: each, value: "" } : { key: each.slice(0, at), value: each.slice(at + 1) };
  });
  return { account: params.get("account") ?? "", region: params.get("region") ?? "", project: params.get("project") ?? "", single, several, tags };
}

/** Everything else in the address (the step, the operation) stays. */
export function addressOfForm(before: URLSearchParams, form: Form): URLSearchParams {
  const all = new URLSearchParams(before);
  for (const name of ["account", "region", "project", "tag", ...SINGLE, ...SEVERAL]) all.delete(name);
  for (const name of ["account", "region", "project"] as const) if (form[name]) all.set(name, form[name]);
  for (const name of SINGLE) if (form.single[name]) all.set(name, form.single[name] ?? "");
  for (const name of SEVERAL) for (const each of form.several[name]) all.append(name, each);
  for (const { key, value } of form.tags) all.append("tag", `${key}=${value}`);
  return all;
}

/** Another account has other things to choose from; what is called or counted stays. */
export function elsewhere(form: Form, place: Partial<Pick<Form, "account" | "region" | "project">>): Form {
  const { name, vcpus, memory_mib, disk_gib } = form.single;
  const kept = Object.entries({ name, vcpus, memory_mib, disk_gib }).filter(([, value]) => value);
  const base = "account" in place ? { region: "", project: "" } : {};
  return { ...form, ...base, ...place, single: Object.fromEntries(kept), several: { networks: [], security_groups: [] } };
}

/** As POST /operations wants them; what this cloud has no use for is not sent. */
export function paramsOfForm(form: Form, ignored: ReadonlySet<string>, userData: string): Record<string, unknown> {
  const params: Record<string, unknown> = {};
  for (const name of SINGLE) {
    const value = form.single[name]?.trim();
    if (value && !ignored.has(name)) params[name] = NUMBERS.has(name) ? Number(value) : value;
  }
  for (const name of SEVERAL) if (form.several[name].length > 0 && !ignored.has(name)) params[name] = [...form.several[name]];
  const tags = form.tags.filter(({ key }) => key.trim());
  if (tags.length > 0 && !ignored.has("tags")) params["tags"] = Object.fromEntries(tags.map(({ key, value }) => [key.trim(), value]));
  if (userData && !ignored.has("user_data")) params["user_data"] = userData;
  return params;
}
