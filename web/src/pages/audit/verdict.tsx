import Alert from "@cloudscape-design/components/alert";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import { useTexts } from "../../i18n/use-texts";
import { CommandLine } from "../../parts/command-line";
import { plain } from "../../parts/plain";
import { Shown } from "../../parts/states";
import { texts } from "./texts";

/** Walks the whole trail, which takes seconds for each million rows. */
export function Verdict({ onClose }: { onClose(): void }) {
  const t = useTexts(texts);
  const found = useQuery({ queryKey: ["audit-verdict"], staleTime: 0, gcTime: 0, queryFn: ({ signal }) => get("/api/v1/audit/verify", { signal }) });
  return (
    <Shown of={found}>
      {(verdict) => (
        <Alert
          type={!verdict.ok ? "error" : verdict.guarded ? "success" : "warning"}
          dismissible
          onDismiss={onClose}
          header={verdict.ok ? t("verified", { n: verdict.rows, segments: verdict.segments }) : t("broken")}
        >
          <SpaceBetween size="xs">
            {verdict.finding ? <div>{plain(verdict.finding.message)}</div> : null}
            {verdict.guarded ? null : <div>{t("unguarded")}</div>}
            {verdict.lost > 0 ? <div>{t("lost", { n: verdict.lost })}</div> : null}
            {verdict.pruned > 0 ? <div>{t("pruned", { n: verdict.pruned })}</div> : null}
            <CommandLine words={["mcm", "audit", "verify"]} />
          </SpaceBetween>
        </Alert>
      )}
    </Shown>
  );
}
