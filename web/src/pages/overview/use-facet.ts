import { useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import { INSTANCES } from "./use-overview";

const MOST_VALUES = 500;

/** Instances by their account or state. */
export function useFacet(field: "account" | "state") {
  return useQuery({
    queryKey: ["resources", "facet", field],
    queryFn: ({ signal }) =>
      get("/api/v1/resources/facets", { query: { fields: field, top: MOST_VALUES, filter: INSTANCES }, signal }),
  });
}
