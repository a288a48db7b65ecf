import { useCallback } from "react";
import { useSearchParams } from "react-router";

/** The address with some of its values changed; an empty one leaves it. */
export function changedAddress(before: URLSearchParams, change: Record<string, string>): URLSearchParams {
  const all = new URLSearchParams(before);
  for (const [name, value] of Object.entries(change)) {
    if (value) all.set(name, value);
    else all.delete(name);
  }
  return all;
}

/** What is selected on a page stands in its address. */
export function useAddress() {
  const [params, setParams] = useSearchParams();
  const set = useCallback(
    (change: Record<string, string>, replace = false) => setParams((before) => changedAddress(before, change), { replace }),
    [setParams],
  );
  return { params, set, value: (name: string) => params.get(name) ?? "" };
}
