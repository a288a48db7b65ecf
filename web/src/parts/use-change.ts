import { type ReactNode, createElement } from "react";
import { useMutation, useQueryClient } from "@tanstack/react-query";

import { useFlashes } from "../app/flashes";
import { ProblemAlert } from "./problem-alert";

interface Change<V, A> {
  /** Of the notice: a later one of the same kind takes its place. */
  id: string;
  run(values: V): Promise<A>;
  /** What to say when it is done; nothing when the page shows it anyway. */
  said?(answer: A, values: V): ReactNode;
  /** First words of the keys of what is different now. */
  touches: readonly string[];
  onDone?(answer: A, values: V): void;
  /** In a dialog the problem stands there, with what was typed. */
  quiet?: boolean;
}

/** A change of something at the server: says what came of it and asks again for what it has changed. */
export function useChange<V = void, A = unknown>({ id, run, said, touches, onDone, quiet }: Change<V, A>) {
  const queries = useQueryClient();
  const flashes = useFlashes();
  return useMutation({
    mutationFn: (values: V) => run(values),
    onSuccess: (answer, values) => {
      const text = said?.(answer, values);
      if (text) flashes.show({ id, type: "success", content: text });
      onDone?.(answer, values);
    },
    onError: (error) => {
      if (!quiet) flashes.show({ id, type: "error", content: createElement(ProblemAlert, { error }) });
    },
    // Also after a failure: that something was changed by somebody else is one.
    onSettled: () => {
      for (const key of touches) void queries.invalidateQueries({ queryKey: [key] });
    },
  });
}
