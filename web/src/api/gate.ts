/** Where requests wait while somebody signs in again, so that no form is lost to a session that has ended. */
export type Wanted = "sign-in" | "confirm";

interface Waiting {
  wanted: Wanted;
  done: Promise<boolean>;
  finish(again: boolean): void;
}

let waiting: Waiting | null = null;
let passed = 0;
const listeners = new Set<() => void>();

export const gate = {
  /** True: ask again, somebody is signed in. False: they gave up. */
  pass(wanted: Wanted): Promise<boolean> {
    if (!waiting) {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      waiting = {
        wanted,
        done: promise,
        finish(again) {
          waiting = null;
          if (again) passed += 1;
          tell();
          resolve(again);
        },
      };
      tell();
    }
    return waiting.done;
  },
  finish(again: boolean): void {
    waiting?.finish(again);
  },
  /** How often somebody has passed: another number than before means that what was sent before is worth asking again. */
  passed(): number {
    return passed;
  },
  wanted(): Wanted | null {
    return waiting?.wanted ?? null;
  },
  listen(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

function tell(): void {
  for (const listener of listeners) listener();
}
