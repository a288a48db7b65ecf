import { gate } from "./gate";
import { Problem, problemOf, unreachable } from "./problem";
import type { AnswerOf, BodyOf, Method, PathOf, PathsWith, QueryOf } from "./types";

interface Asked<P extends PathsWith<M>, M extends Method> {
  path?: PathOf<P, M>;
  query?: QueryOf<P, M>;
  body?: BodyOf<P, M>;
  /** Of the row that is changed: its `version`. */
  ifMatch?: string | number;
  signal?: AbortSignal;
}

let csrf = "";

/** Of the session; every change must carry it. */
export function setCsrfToken(token: string | null | undefined): void {
  csrf = token ?? "";
}

export function get<P extends PathsWith<"get">>(path: P, asked: Asked<P, "get"> = {}): Promise<AnswerOf<P, "get">> {
  return call("get", path, asked);
}

export function post<P extends PathsWith<"post">>(path: P, asked: Asked<P, "post"> = {}): Promise<AnswerOf<P, "post">> {
  return call("post", path, asked);
}

export function put<P extends PathsWith<"put">>(path: P, asked: Asked<P, "put"> = {}): Promise<AnswerOf<P, "put">> {
  return call("put", path, asked);
}

export function patch<P extends PathsWith<"patch">>(path: P, asked: Asked<P, "patch"> = {}): Promise<AnswerOf<P, "patch">> {
  return call("patch", path, asked);
}

export function remove<P extends PathsWith<"delete">>(
  path: P,
  asked: Asked<P, "delete"> = {},
): Promise<AnswerOf<P, "delete">> {
  return call("delete", path, asked);
}

/** A file as the body of a POST; its type says what is in it. */
export function upload<P extends PathsWith<"post">>(
  path: P,
  file: Blob,
  asked: Omit<Asked<P, "post">, "body"> = {},
): Promise<AnswerOf<P, "post">> {
  return call("post", path, { ...asked, body: file as never } as Asked<P, "post">);
}

/** The address of a route with its parameters, each escaped. Throws where one is missing. */
export function addressOf(path: string, values: Record<string, unknown> = {}, query: Record<string, unknown> = {}): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined || value === "") throw new Error(`${path} needs ${name}`);
    return encodeURIComponent(String(value));
  });
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined && each !== null && each !== "") search.append(name, String(each));
    }
  }
  const text = search.toString();
  return text ? `${filled}?${text}` : filled;
}

async function call<P extends PathsWith<M>, M extends Method>(
  method: M,
  path: P,
  asked: Asked<P, M>,
): Promise<AnswerOf<P, M>> {
  const address = addressOf(path, asked.path as Record<string, unknown>, asked.query as Record<string, unknown>);
  // One for the change that is meant, not for each attempt: a repetition has no second effect.
  const key = method === "get" ? "" : newKey();
  for (;;) {
    const passed = gate.passed();
    const answer = await send(method, address, key, asked);
    if (answer.ok) return (answer.status === 204 ? undefined : await answer.json()) as AnswerOf<P, M>;
    const problem = await problemOf(answer);
    const wanted = opened(problem);
    // Refused for what it was sent with: somebody has signed in while it was under way.
    if (wanted !== null && gate.passed() !== passed) continue;
    if (wanted === null || path.startsWith("/api/v1/auth/login") || !(await gate.pass(wanted))) throw problem;
  }
}

function opened(problem: Problem): "sign-in" | "confirm" | null {
  if (problem.code === "confirmation_needed") return "confirm";
  return problem.status === 401 && problem.code === "not_authenticated" ? "sign-in" : null;
}

async function send(
  method: string,
  address: string,
  key: string,
  asked: { body?: unknown; ifMatch?: string | number; signal?: AbortSignal },
): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (key) {
    headers["Idempotency-Key"] = key;
    if (csrf) headers["X-CSRF-Token"] = csrf;
  }
  const file = asked.body instanceof Blob ? asked.body : null;
  if (asked.body !== undefined) headers["Content-Type"] = file ? file.type || "application/octet-stream" : "application/json";
  if (asked.ifMatch !== undefined) headers["If-Match"] = `"${asked.ifMatch}"`;
  try {
    return await fetch(address, {
      method: method.toUpperCase(),
      credentials: "same-origin",
      headers,
      ...(asked.body === undefined ? {} : { body: file ?? JSON.stringify(asked.body) }),
      ...(asked.signal ? { signal: asked.signal } : {}),
    });
  } catch (error) {
    if (asked.signal?.aborted) throw error;
    throw unreachable();
  }
}

/** `crypto.randomUUID` exists in secure contexts only, and mcm may be served over plain HTTP inside a network. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
