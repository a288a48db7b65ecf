import { useCallback, useState } from "react";

import { stored } from "./kept";

/** What `stored` finds, and how to keep another choice. */
export function useStored<T>(name: string, read: (stored: unknown) => T): [T, (value: T) => void] {
  const key = `mcm.${name}`;
  const [value, setValue] = useState(() => stored(name, read));
  const keep = useCallback(
    (next: T) => {
      setValue(next);
      try {
        localStorage.setItem(key, JSON.stringify(next));
      } catch {
        // Storage is full or forbidden: the choice holds until the page is left.
      }
    },
    [key],
  );
  return [value, keep];
}
