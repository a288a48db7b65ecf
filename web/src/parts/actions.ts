import { useQuery } from "@tanstack/react-query";

import { get } from "../api/client";
import type { Schemas } from "../api/types";

export type Action = Schemas["ActionItem"];

/** They change with the version of mcm only. */
export function useActions() {
  return useQuery({ queryKey: ["actions"], staleTime: Infinity, queryFn: ({ signal }) => get("/api/v1/actions", { signal }) });
}

/** As a listing of one page. */
export function useActionList() {
  return useQuery({ queryKey: ["actions"], staleTime: Infinity, queryFn: ({ signal }) => get("/api/v1/actions", { signal }), select: (items) => ({ items }) });
}

/** The names of an action's parameters, from the JSON schema of them. */
export function parametersOf(action: Pick<Action, "params"> | undefined): string[] {
  const properties: unknown = action?.params["properties"];
  return properties !== null && typeof properties === "object" ? Object.keys(properties) : [];
}
