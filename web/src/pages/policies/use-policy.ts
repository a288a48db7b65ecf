import { useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import type { Schemas } from "../../api/types";

export type PolicyDetail = Schemas["PolicyDetail"];
export type Lint = Schemas["Lint"];

export function usePolicy(id: string) {
  return useQuery({
    queryKey: ["policies", "one", id],
    queryFn: ({ signal }) => get("/api/v1/policies/{policy_id}", { path: { policy_id: id }, signal }),
  });
}
