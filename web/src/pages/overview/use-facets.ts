import { useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import { INSTANCES } from "./use-overview";

const MOST_VALUES = 500;

/** Instances by account and by state: one question, whoever asks which part of its answer. */
export function useFacets() {
  return useQuery({
    queryKey: ["resources", "facets", "overview"],
    queryFn: ({ signal }) =>
      get("/api/v1/resources/facets", { query: { fields: "account,state", top: MOST_VALUES, filter: INSTANCES }, signal }),
  });
}
