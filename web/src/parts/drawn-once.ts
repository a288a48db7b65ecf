import type { ReactNode } from "react";

/**
 * The same element for the same row: a table that draws itself anew, as it does several times while it finds its sizes,
 * then leaves alone what stands in its cells. The row must be another object when it has changed, as answers of the API are.
 */
export function drawnOnce<Row extends object>(cell: (row: Row) => ReactNode): (row: Row) => ReactNode {
  const drawn = new WeakMap<Row, { node: ReactNode }>();
  return (row) => {
    let found = drawn.get(row);
    if (!found) drawn.set(row, (found = { node: cell(row) }));
    return found.node;
  };
}
