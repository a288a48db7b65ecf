import { createContext, type ReactNode, useContext, useEffect, useMemo } from "react";
import { useQuery } from "@tanstack/react-query";

import { addressOf } from "./client";
import { asProblem, type Problem } from "./problem";
import type { Schemas, Session } from "./types";
import { readSession, SESSION_KEY } from "./who";

export { SESSION_KEY } from "./who";
export type Permission = Schemas["Permission"];

interface Known extends Session {
  may(permission: Permission): boolean;
}

const Context = createContext<Known | null>(null);
const CONFIRMED_WITHIN_MS = 30_000;

export function useSession(): Known {
  const found = useContext(Context);
  if (!found) throw new Error("nobody is known yet");
  return found;
}

interface Props {
  children: ReactNode;
  waiting: ReactNode;
  failed(problem: Problem, retry: () => void): ReactNode;
}

export function SessionProvider({ children, waiting, failed }: Props) {
  const asked = useQuery({
    queryKey: SESSION_KEY,
    queryFn: readSession,
    retry: false,
    // Asked for already, before there was anything to show.
    retryOnMount: false,
    staleTime: Infinity,
    // Somebody confirms it elsewhere; nothing else of the session changes by itself.
    refetchInterval: ({ state }) => (state.data?.read_only ? CONFIRMED_WITHIN_MS : false),
  });
  const problem = asked.error ? asProblem(asked.error) : null;
  const away = problem?.status === 401 ? "/login" : asked.data?.must_change ? "/password" : null;

  useEffect(() => {
    if (away) location.replace(addressOf(away, {}, { next: location.pathname + location.search }));
  }, [away]);

  const known = useMemo<Known | null>(() => {
    if (!asked.data) return null;
    const held = new Set<string>(asked.data.permissions);
    return { ...asked.data, may: (permission) => held.has(permission) };
  }, [asked.data]);

  if (away) return waiting;
  if (known) return <Context.Provider value={known}>{children}</Context.Provider>;
  return problem ? failed(problem, () => void asked.refetch()) : waiting;
}
