import { useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";

export function useResource(id: string) {
  return useQuery({
    queryKey: ["resources", "one", id],
    queryFn: ({ signal }) => get("/api/v1/resources/{resource_id}", { path: { resource_id: id }, signal }),
  });
}
