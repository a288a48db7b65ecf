import { setCsrfToken } from "./client";
import { problemOf, unreachable } from "./problem";
import type { Session } from "./types";

export const SESSION_KEY = ["session"] as const;

/** Not through the client: whoever is not signed in yet has no form to lose and is led to the sign-in page. */
export async function readSession(): Promise<Session> {
  let answer: Response;
  try {
    answer = await fetch("/api/v1/auth/session", { credentials: "same-origin", headers: { Accept: "application/json" } });
  } catch {
    throw unreachable();
  }
  if (!answer.ok) throw await problemOf(answer);
  const session = (await answer.json()) as Session;
  setCsrfToken(session.csrf_token);
  return session;
}
