import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";

import { isOther, onlyPanel, paramsOf, type State, stateOf } from "./state";

/** replace: there is no way back to what was before, as to a place that only led here. */
export type Change = (wanted: Partial<State>, replace?: boolean) => void;

/** All of what is shown stands in the address: it can be sent, kept, and gone back to. */
export function useInventoryState(): [State, Change] {
  const [params, setParams] = useSearchParams();
  const state = useMemo(() => stateOf(params), [params]);
  const change = useCallback(
    (wanted: Partial<State>, replace = onlyPanel(wanted)) => {
      setParams((before) => paramsOf({ ...stateOf(before), ...wanted }, isOther(wanted)), { replace });
    },
    [setParams],
  );
  return [state, change];
}
