import { type RefObject, useEffect } from "react";

interface Focusable {
  focus(): void;
}

/** In a dialog: the dialog itself has first put the focus on its close button. */
export function useFirstFocus(ref: RefObject<Focusable | null>): void {
  useEffect(() => {
    const frame = requestAnimationFrame(() => ref.current?.focus());
    return () => cancelAnimationFrame(frame);
  }, [ref]);
}
