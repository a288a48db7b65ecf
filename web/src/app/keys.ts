import { useEffect } from "react";

/** Where `/` goes: the first thing to type into inside an element that carries this attribute. */
export const FILTER = "data-filter";

export function useKeys(onPalette: () => void): void {
  useEffect(() => {
    function pressed(event: KeyboardEvent) {
      const palette = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey;
      if (palette) {
        event.preventDefault();
        onPalette();
      } else if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !typing(event.target)) {
        const input = document.querySelector<HTMLElement>(`[${FILTER}] input`);
        if (!input) return;
        event.preventDefault();
        input.focus();
      }
    }
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [onPalette]);
}

function typing(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  return Boolean(element?.closest?.("input, textarea, select, [contenteditable=true], [role=dialog]"));
}
