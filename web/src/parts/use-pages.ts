import { useCallback, useRef } from "react";

interface Place {
  page: number;
  cursor: string;
}

/**
 * Pages of a listing that knows only "next": where the pages that were seen began is kept as long as the page is open.
 * An address that was sent to somebody begins in the middle; from there they can go on, or to the start.
 */
export function usePages(list: string, place: Place, next: string | null | undefined) {
  const seen = useRef<{ list: string; cursors: Map<number, string> }>({ list, cursors: new Map() });
  if (seen.current.list !== list) seen.current = { list, cursors: new Map() };
  const { cursors } = seen.current;
  cursors.set(1, "");
  cursors.set(place.page, place.cursor);
  if (next) cursors.set(place.page + 1, next);
  const to = useCallback(
    (page: number): Place => {
      const cursor = seen.current.cursors.get(page);
      return cursor === undefined ? { page: 1, cursor: "" } : { page, cursor };
    },
    [],
  );
  return { pagesCount: place.page + (next ? 1 : 0), openEnd: Boolean(next), to };
}
