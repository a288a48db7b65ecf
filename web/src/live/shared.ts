import { follow, type LiveState } from "./connection";
import type { LiveEvent } from "./parser";

type Listener = (event: LiveEvent) => void;
type Sent = { event: LiveEvent } | { state: LiveState } | { hello: true };

const NAME = "mcm.events";
const listeners = new Set<Listener>();
const watchers = new Set<() => void>();
let state: LiveState = "connecting";
let stopping: AbortController | null = null;

/**
 * One connection for all tabs of a browser, where it can be had: browsers open six at most to one server over HTTP/1.1,
 * and a stream holds one for good. The tab that gets the lock follows and tells the others; without locks (plain HTTP
 * beyond this machine) each tab follows for itself.
 */
export function start(): void {
  if (stopping) return;
  stopping = new AbortController();
  const { signal } = stopping;
  const locks = navigator.locks as LockManager | undefined;
  if (!locks || typeof BroadcastChannel === "undefined") {
    void follow({ event: tell, state: change }, signal);
    return;
  }
  const channel = new BroadcastChannel(NAME);
  let leading = false;
  channel.onmessage = ({ data }: MessageEvent<Sent>) => {
    if ("event" in data) tell(data.event);
    else if ("state" in data) change(data.state);
    else if (leading) channel.postMessage({ state } satisfies Sent);
  };
  // A tab that is opened later hears nothing until something happens: it asks how things stand.
  channel.postMessage({ hello: true } satisfies Sent);
  signal.addEventListener("abort", () => channel.close());
  const lead = () => {
    leading = true;
    return follow(
      {
        event(event) {
          channel.postMessage({ event } satisfies Sent);
          tell(event);
        },
        state(now) {
          channel.postMessage({ state: now } satisfies Sent);
          change(now);
        },
      },
      signal,
    );
  };
  locks.request(NAME, { signal }, lead).catch(() => undefined);
}

export function stop(): void {
  stopping?.abort();
  stopping = null;
}

export function listen(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function liveState(): LiveState {
  return state;
}

export function watchState(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

function tell(event: LiveEvent): void {
  for (const listener of listeners) listener(event);
}

function change(now: LiveState): void {
  state = now;
  for (const watcher of watchers) watcher();
}
