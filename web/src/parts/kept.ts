/** A choice of this browser's, such as a page size. `read` makes something valid of whatever is stored. */
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
