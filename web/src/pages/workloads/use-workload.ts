import { useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import type { Schemas } from "../../api/types";

export type WorkloadDetail = Schemas["WorkloadDetail"];

export function useWorkload(name: string) {
  return useQuery({
    queryKey: ["workloads", "one", name],
    queryFn: ({ signal }) => get("/api/v1/workloads/{name}", { path: { name }, signal }),
  });
}
