import { useQuery } from "@tanstack/react-query";

import { get } from "../../../api/client";
import { useSession } from "../../../api/session";
import { plain } from "../../../parts/plain";

/** Accounts to choose from; none for whoever does not see accounts. */
export function useAccountOptions(): { value: string; label: string }[] {
  const { may } = useSession();
  const found = useQuery({
    queryKey: ["accounts", "names"],
    enabled: may("account.read"),
    queryFn: ({ signal }) => get("/api/v1/accounts", { query: { limit: 200 }, signal }),
  });
  return (found.data?.items ?? []).map((each) => ({ value: each.name, label: plain(each.name) }));
}
