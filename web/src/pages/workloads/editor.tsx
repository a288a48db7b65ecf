import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { put } from "../../api/client";
import { asProblem, Problem } from "../../api/problem";
import { useSession } from "../../api/session";
import { DocumentEditor, type Finding } from "../../parts/deciding/editor";
import { useSettled } from "../../parts/deciding/use-settled";
import { ProblemAlert } from "../../parts/problem-alert";

interface Looked {
  findings: Finding[];
  ok: boolean;
}

/** The name that a document gives itself, at the top or below `metadata`; "" where it gives none. */
export function nameOf(text: string): string {
  const found = /^metadata:[^\n]*\n(?:[ \t]+[^\n]*\n)*?[ \t]+name:[ \t]*["']?([^\s"'#]+)/m.exec(text) ?? /^name:[ \t]*["']?([^\s"'#]+)/m.exec(text);
  return found?.[1] ?? "";
}

/** As it is typed: what is wrong with it, line by line. */
export function useLooked(text: string) {
  const settled = useSettled(text);
  const name = nameOf(settled);
  const may = useSession().may("workload.write");
  const found = useQuery({
    queryKey: ["workloads", "lint", settled],
    enabled: may && name !== "",
    retry: false,
    placeholderData: keepPreviousData,
    queryFn: () => looked(name, settled),
  });
  return { found, current: settled === text && !found.isFetching };
}

/** What is wrong is an answer here, and no failure. */
async function looked(name: string, text: string): Promise<Looked> {
  try {
    const answer = await put("/api/v1/workloads/{name}", { path: { name }, query: { dry_run: true }, body: { text } });
    return { ok: true, findings: answer.findings };
  } catch (error) {
    const told = error instanceof Problem ? error.body.details?.["findings"] : undefined;
    if (Array.isArray(told)) return { ok: false, findings: told as Finding[] };
    throw asProblem(error);
  }
}

export function WorkloadEditor({ value, onChange, rows }: { value: string; onChange(text: string): void; rows?: number }) {
  const { found } = useLooked(value);
  return (
    <>
      {found.error ? <ProblemAlert error={found.error} onRetry={() => void found.refetch()} /> : null}
      <DocumentEditor value={value} onChange={onChange} findings={found.data?.findings} looking={found.isFetching} {...(rows ? { rows } : {})} />
    </>
  );
}
