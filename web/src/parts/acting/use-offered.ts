import type { SelectProps } from "@cloudscape-design/components/select";
import { useQueries } from "@tanstack/react-query";

import { get } from "../../api/client";
import { condition } from "../../filters/tokens";
import { usePreferences } from "../../preferences/preferences";
import { plain } from "../plain";
import type { Offered } from "./params-form";
import type { Field } from "./schema";
import type { Target } from "./targets";

/** The parameters that name something of the inventory, and of which kind. */
const NAMES: Record<string, string> = { flavor: "flavor", host: "host", snapshot: "snapshot", instance: "instance", network: "network", zone: "zone" };
const MOST = 100;

/** What there is to choose from beside the resource: in its account and region. */
export function useOffered(target: Target | undefined, fields: readonly Field[]): Record<string, Offered> {
  const { language } = usePreferences();
  const account = target?.account ?? "";
  const region = target?.region ?? "";
  const named = account && region ? fields.filter((field) => NAMES[field.name] && (field.type === "text" || field.type === "one-of")) : [];
  const found = useQueries({
    queries: named.map((field) => ({
      queryKey: ["resources", "offered", account, region, field.name, language],
      queryFn: ({ signal }: { signal: AbortSignal }) => (field.name === "flavor" ? flavors(account, region, language, signal) : ofKind(NAMES[field.name] ?? "", account, region, signal)),
    })),
  });
  const offered: Record<string, Offered> = {};
  // Without an answer (no right to see them, perhaps) the name can still be typed.
  for (const [at, field] of named.entries()) if (!found[at]?.isError) offered[field.name] = { options: found[at]?.data ?? [], busy: found[at]?.isPending ?? false };
  const tags = Object.keys(target?.tags ?? {});
  if (tags.length > 0 && fields.some((field) => field.name === "remove")) offered["remove"] = { options: tags.map((value) => ({ value, label: plain(value) })), busy: false };
  return offered;
}

async function flavors(account: string, region: string, language: string, signal: AbortSignal): Promise<SelectProps.Option[]> {
  const answer = await get("/api/v1/accounts/{name}/choices", {
    path: { name: account },
    query: { action: "instance.create", region, only: ["flavor"], limit: MOST },
    signal,
  });
  return (answer.lists[0]?.items ?? []).map((each) => {
    const { vcpus, memory_mib: memory } = each.attributes as Record<string, unknown>;
    const reason = language === "zh-CN" ? each.reason_zh : each.reason;
    const size = [vcpus ? `${String(vcpus)} vCPU` : "", memory ? `${String(Number(memory) / 1024)} GiB` : ""].filter(Boolean).join(" · ");
    return {
      value: each.native_id,
      label: plain(each.name),
      ...(size ? { description: size } : {}),
      ...(each.usable === false ? { disabled: true, disabledReason: reason ?? "" } : {}),
    };
  });
}

async function ofKind(kind: string, account: string, region: string, signal: AbortSignal): Promise<SelectProps.Option[]> {
  const filter = [condition("kind", "=", kind), condition("account", "=", account), condition("region", "=", region)].join(" AND ");
  const answer = await get("/api/v1/resources", { query: { filter, limit: MOST, order_by: "name", columns: "id,name,native_id,state" }, signal });
  return answer.items.flatMap((each) => (each.native_id ? [{ value: each.native_id, label: plain(each.name || each.native_id), description: each.name ? each.native_id : "" }] : []));
}
