import { useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";

export const INSTANCES = 'kind = "instance"';
export const RUNNING = 'kind = "instance" AND state = "running"';

export function useCount(filter: string) {
  return useQuery({
    queryKey: ["resources", "count", filter ? { filter } : {}],
    queryFn: ({ signal }) => get("/api/v1/resources/count", { query: filter ? { filter } : {}, signal }),
  });
}
