import { useEffect } from "react";

/** Styled in styles.css. */
const POINTED = "data-pointed";
const ARRIVING_MS = 3_000;

/** Marks the first element that one of `selectors` finds and that can be seen, also when it comes only later. */
export function usePointer(selectors: readonly string[]): void {
  useEffect(() => {
    let marked: Element | null = null;
    let frame = 0;
    const begun = Date.now();

    function look() {
      const found = selectors.map(seen).find(Boolean) ?? null;
      if (found === marked) {
        // What is above it has come meanwhile and pushed it away; later somebody may have scrolled on purpose.
        if (Date.now() < begun + ARRIVING_MS) found?.scrollIntoView({ block: "nearest" });
        return;
      }
      marked?.removeAttribute(POINTED);
      marked = found;
      found?.setAttribute(POINTED, "");
      found?.scrollIntoView({ block: "nearest" });
    }

    // Pages load what they show; what was found may also be replaced.
    const watch = new MutationObserver(() => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(look);
    });
    watch.observe(document.body, { childList: true, subtree: true });
    look();
    return () => {
      watch.disconnect();
      cancelAnimationFrame(frame);
      marked?.removeAttribute(POINTED);
    };
  }, [selectors]);
}

function seen(selector: string): Element | undefined {
  return [...document.querySelectorAll(selector)].find((each) => each.checkVisibility({ visibilityProperty: true }));
}
