import { useQuery } from "@tanstack/react-query";

import { get } from "../api/client";
import type { Schemas } from "../api/types";
import { useTerm } from "../i18n/use-texts";

export type Action = Schemas["ActionItem"];

/** They change with the version of mcm only. */
export function useActions() {
  return useQuery({ queryKey: ["actions"], staleTime: Infinity, queryFn: ({ signal }) => get("/api/v1/actions", { signal }) });
}

/** As a listing of one page. */
export function useActionList() {
  return useQuery({ queryKey: ["actions"], staleTime: Infinity, queryFn: ({ signal }) => get("/api/v1/actions", { signal }), select: (items) => ({ items }) });
}

/** To choose one from: in words, and by the name that commands and filters know. */
export function useActionOptions(actions: readonly Action[]) {
  const term = useTerm();
  return actions.map(({ id, kind }) => ({ value: id, label: `${term("kind", kind)} – ${term("action", id)}`, description: id }));
}
