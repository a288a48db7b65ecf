import { EventParser, type LiveEvent } from "./parser";

export type LiveState = "connecting" | "live" | "off";

interface Told {
  event(event: LiveEvent): void;
  state(state: LiveState): void;
}

const ADDRESS = "/api/v1/events";
// What the page shows may be as old as the page. Events get their time before others can see them: a transaction may wait
// for a lock for half a minute.
const EARLIER_S = 30;
const LONGEST_S = 3_600;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
// The server sends something every 15 s; a connection that is silent for longer is dead, whatever the browser thinks.
const SILENT_MS = 40_000;

/** Follows the events until `signal` ends it, and begins again after the last one seen whenever the connection breaks. */
export async function follow(told: Told, signal: AbortSignal, ask: typeof fetch = fetch): Promise<void> {
  let last = "";
  let wait = FIRST_WAIT_MS;
  while (!signal.aborted) {
    told.state("connecting");
    try {
      const found = await once(told, last, signal, ask);
      last = found.last || last;
      // A session without the right to events will not have it in a second either.
      wait = found.heard ? FIRST_WAIT_MS : Math.min(wait * 2, LONGEST_WAIT_MS);
    } catch {
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    }
    if (signal.aborted) break;
    told.state(wait > 4 * FIRST_WAIT_MS ? "off" : "connecting");
    await pause(wait * (0.75 + Math.random() / 2), signal);
  }
}

async function once(
  told: Told,
  after: string,
  signal: AbortSignal,
  ask: typeof fetch,
): Promise<{ last: string; heard: boolean }> {
  const ended = new AbortController();
  const end = () => ended.abort();
  signal.addEventListener("abort", end);
  let silence = setTimeout(end, SILENT_MS);
  let last = after;
  let heard = false;
  try {
    const headers: Record<string, string> = { Accept: "text/event-stream" };
    if (after) headers["Last-Event-ID"] = after;
    const since = Math.ceil(performance.now() / 1_000) + EARLIER_S;
    const address = after ? ADDRESS : `${ADDRESS}?recent_s=${Math.min(since, LONGEST_S)}`;
    const answer = await ask(address, { headers, credentials: "same-origin", signal: ended.signal });
    if (!answer.ok || !answer.body) return { last, heard };
    told.state("live");
    // Open for longer than can be asked for, and connected only now.
    if (!after && since > LONGEST_S) told.event({ id: "", kind: "stream.gap", data: null });
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    const parser = new EventParser();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { last, heard };
      heard = true;
      clearTimeout(silence);
      silence = setTimeout(end, SILENT_MS);
      for (const event of parser.feed(value)) {
        last = event.id || last;
        told.event(event);
      }
    }
  } catch {
    return { last, heard };
  } finally {
    clearTimeout(silence);
    signal.removeEventListener("abort", end);
    end();
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done);
  });
}
