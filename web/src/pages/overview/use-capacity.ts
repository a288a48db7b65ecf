import { useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import type { Schemas } from "../../api/types";

export type Level = Schemas["Level"];
const MOST = 1000;

/** What each account has and uses, by its name. */
export function useCapacity() {
  return useQuery({
    queryKey: ["resources", "capacity"],
    queryFn: async ({ signal }) => {
      const { items } = await get("/api/v1/hierarchy", { query: { limit: MOST }, signal });
      return new Map(items.flatMap(({ account, level }) => (account && level ? [[account, level] as const] : [])));
    },
  });
}
