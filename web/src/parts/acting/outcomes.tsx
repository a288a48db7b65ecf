import Box from "@cloudscape-design/components/box";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import type { Problem } from "../../api/problem";
import type { Operation } from "../../api/types";
import { useTexts } from "../../i18n/use-texts";
import { Inside } from "../links";
import { Name } from "../name";
import { plain } from "../plain";
import { faultOf, SaidOf, useSaid } from "../said";
import { Status } from "../status";
import { nameOf, type Told } from "./targets";
import { actingTexts } from "./texts";

export const OVER: ReadonlySet<string> = new Set(["succeeded", "failed", "cancelled", "in_doubt"]);

export function useOperation(id: string) {
  return useQuery({
    queryKey: ["operations", "one", id],
    enabled: id !== "",
    queryFn: ({ signal }) => get("/api/v1/operations/{operation_id}", { path: { operation_id: id }, signal }),
  });
}

/** What became of each, live: events make it asked again. */
export function Outcomes({ told }: { told: readonly Told<Operation>[] }) {
  const t = useTexts(actingTexts);
  return (
    <SpaceBetween size="s">
      <ul className="console-outcomes" aria-label={t("outcome")}>
        {told.map(({ target, answer, problem }) => (
          <li key={target.id}>
            <Box variant="strong">
              <Name of={nameOf(target)} />
            </Box>
            {answer ? <Running started={answer} /> : problem ? <Refused problem={problem} /> : null}
          </li>
        ))}
      </ul>
      <Box color="text-body-secondary">{t("goesOn")}</Box>
    </SpaceBetween>
  );
}

/** One operation as it goes on. */
export function Running({ started }: { started: Operation }) {
  const t = useTexts(actingTexts);
  const now = useOperation(started.id).data ?? started;
  const bar = !OVER.has(now.status) && now.percent !== null;
  return (
    <div aria-live="polite">
      <SpaceBetween direction="horizontal" size="s">
        <Status group="operation" word={now.status} />
        <Inside href={`/operations?id=${now.id}`}>{t("toOperation")}</Inside>
        {now.made_id ? <Inside href={`/resources/${now.made_id}`}>{t("madeHere")}</Inside> : null}
      </SpaceBetween>
      {bar ? <ProgressBar value={now.percent ?? 0} ariaLabel={t("progressOf", { name: now.resource_name })} /> : null}
      {now.error_message ? (
        <Box color="text-status-error">
          <SaidOf fault={{ code: now.error_code, message: now.error_message, nextStep: now.next_step }} whole />
        </Box>
      ) : null}
    </div>
  );
}

function Refused({ problem }: { problem: Problem }) {
  const t = useTexts(actingTexts);
  const { headline, remedy } = useSaid(faultOf(problem));
  return (
    <Box color="text-status-error">
      {t("cannotBe", { reason: plain(headline) })} {plain(remedy)}
    </Box>
  );
}
