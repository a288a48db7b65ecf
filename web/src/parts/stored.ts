import { useCallback, useState } from "react";

/** A choice of this browser's, such as a page size. `read` makes something valid of whatever is stored. */
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

export function stored<T>(name: string, read: (stored: unknown) => T): T {
  return read(parsed(`mcm.${name}`));
}

function parsed(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}
