import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { usePainted } from "../../parts/use-painted";
import { narrowing, type State } from "./state";

/** How many rows fit, "" while nobody knows. What everybody waits for comes first: `listed` says that the rows are there. */
export function useCount(state: State, listed: boolean) {
  const format = useFormat();
  const which = narrowing(state);
  const counted = useQuery({
    queryKey: ["resources", "count", which],
    enabled: usePainted(listed),
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => get("/api/v1/resources/count", { query: which, signal }),
  });
  return { count: counted.data ? format.atLeast(counted.data.count, counted.data.at_least) : "", busy: counted.isFetching };
}
