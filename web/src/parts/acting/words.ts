/** The command that asks for the same, behind the program's name. */
const WITH_COMMANDS = new Set(["instance", "volume"]);
const VERBS: Record<string, string> = { set_tags: "tag" };
/** The options whose names are not the parameters'. */
const OPTIONS: Record<string, string> = {
  "instance.revert snapshot": "--to",
  "instance.create networks": "--network",
  "instance.create security_groups": "--security-group",
  "instance.create tags": "--tag",
};
/** Parameters that stand behind the id without an option's name. */
const BARE = new Set(["instance.rename name", "instance.create name"]);
const NOT_WRITTEN = new Set(["user_data"]);

export function actingWords(action: string, ids: readonly string[], params: Readonly<Record<string, unknown>>): string[] {
  const [kind = "", verb = ""] = action.split(".");
  if (!WITH_COMMANDS.has(kind)) return planWords(action, ids, params);
  const options = Object.entries(params).flatMap(([name, value]) => optionOf(action, name, value));
  return [kind, (VERBS[verb] ?? verb).replaceAll("_", "-"), ...ids, ...bareOf(action, params), ...options];
}

/** For what has no command of its own, and for what is too much to be asked for without a plan. */
export function planWords(action: string, ids: readonly string[], params: Readonly<Record<string, unknown>>): string[] {
  const given = Object.entries(params).flatMap(([name, value]) => [
    "--param",
    `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  ]);
  return ["plan", "create", "--action", action, ...given, ...ids];
}

export function makingWords(action: string, account: string, region: string, params: Readonly<Record<string, unknown>>): string[] {
  const [kind = "", verb = ""] = action.split(".");
  const options = Object.entries(params).flatMap(([name, value]) => optionOf(action, name, value));
  const place = ["--account", account, ...(region ? ["--region", region] : [])];
  return [kind, verb, ...bareOf(action, params), ...place, ...options];
}

function bareOf(action: string, params: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(params).flatMap(([name, value]) => (BARE.has(`${action} ${name}`) ? [String(value)] : []));
}

function optionOf(action: string, name: string, value: unknown): string[] {
  const which = `${action} ${name}`;
  if (BARE.has(which)) return [];
  const option = OPTIONS[which] ?? `--${name.replaceAll("_", "-")}`;
  // A file's content is not for a command line.
  if (NOT_WRITTEN.has(name)) return [option, "FILE"];
  if (name === "mode") return value === "hard" ? ["--hard"] : [];
  if (typeof value === "boolean") return value ? [option] : [];
  if (Array.isArray(value)) return value.flatMap((each) => [option, String(each)]);
  if (value !== null && typeof value === "object") return Object.entries(value).flatMap(([key, each]) => [option, `${key}=${each}`]);
  return [option, String(value)];
}
