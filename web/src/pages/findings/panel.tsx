import { useState } from "react";
import Alert from "@cloudscape-design/components/alert";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";

import { get, post } from "../../api/client";
import { Panel } from "../../app/panel";
import { useFormat } from "../../i18n/format";
import { useTexts } from "../../i18n/use-texts";
import { AllowedButton } from "../../parts/allowed-button";
import { CommandLine } from "../../parts/command-line";
import { Age } from "../../parts/freshness";
import { Inside } from "../../parts/links";
import { useMoneyWord } from "../../parts/money";
import { Name } from "../../parts/name";
import { plain } from "../../parts/plain";
import { Shown } from "../../parts/states";
import { Status } from "../../parts/status";
import { useChange } from "../../parts/use-change";
import { DismissDialog, PlanDialog } from "./dialogs";
import { Confidence, type Finding, FindingStatus, Saving, useActionOf, useEvidence } from "./saving";
import { texts } from "./texts";
import { useFindingWord } from "./words";

export function FindingPanel({ id, onClose }: { id: string; onClose(): void }) {
  const word = useFindingWord();
  const found = useQuery({
    queryKey: ["findings", "one", id],
    queryFn: ({ signal }) => get("/api/v1/findings/{finding_id}", { path: { finding_id: id }, signal }),
  });
  return (
    <Panel header={found.data ? `${word("kind", found.data.kind)} · ${plain(found.data.name || found.data.resource_id)}` : id} onClose={onClose}>
      <Shown of={found}>{(finding) => <Known of={finding} />}</Shown>
    </Panel>
  );
}

function Known({ of }: { of: Finding }) {
  const t = useTexts(texts);
  const word = useFindingWord();
  const basis = useMoneyWord();
  const format = useFormat();
  const actionOf = useActionOf();
  const evidence = useEvidence();
  const [asked, setAsked] = useState<"plan" | "dismiss" | null>(null);
  const reopening = useChange({
    id: `finding ${of.id}`,
    run: () => post("/api/v1/findings/{finding_id}/reopen", { path: { finding_id: of.id } }),
    said: () => t("reopened"),
    touches: ["findings"],
  });
  const open = of.status === "open";
  return (
    <SpaceBetween size="l">
      <SpaceBetween direction="horizontal" size="xs">
        <AllowedButton permission="operation.run" variant="primary" unless={!open ? t("notOpen") : of.action === null ? t("noAction") : ""} onClick={() => setAsked("plan")}>
          {t("plan")}
        </AllowedButton>
        {of.status === "dismissed" ? (
          <AllowedButton permission="cost.write" loading={reopening.isPending} onClick={() => reopening.mutate()}>
            {t("reopen")}
          </AllowedButton>
        ) : (
          <AllowedButton permission="cost.write" unless={open ? "" : t("notOpen")} onClick={() => setAsked("dismiss")}>
            {t("dismiss")}
          </AllowedButton>
        )}
      </SpaceBetween>
      {of.status === "dismissed" ? (
        <Alert type="info">
          {t("dismissedBy", { name: plain(of.dismissed_by ?? ""), reason: plain(of.dismissed_why ?? "") })} (
          {of.dismissed_until ? t("dismissedUntil", { at: format.instant(of.dismissed_until) }) : t("forGood")})
        </Alert>
      ) : null}
      {of.notes.length > 0 ? (
        <Alert type={of.saving === null ? "warning" : "info"} header={t("notesTitle")}>
          <ul className="console-plain-list">
            {of.notes.map((each) => (
              <li key={each}>{word("note", each)}</li>
            ))}
          </ul>
        </Alert>
      ) : null}
      <KeyValuePairs
        columns={3}
        items={[
          { label: t("saving"), value: <Saving of={of} /> },
          { label: t("basis"), value: basis("basis", of.basis) },
          { label: t("confidence"), value: <Confidence of={of} /> },
          { label: t("action"), value: actionOf(of) },
          { label: t("resource"), value: <Inside href={`/resources/${encodeURIComponent(of.resource_id)}?tab=cost`}><Name of={of.name || of.resource_id} /></Inside> },
          { label: t("state"), value: <Status group="state" word={of.state} /> },
          { label: t("account"), value: of.account ? <Inside href={`/accounts/${encodeURIComponent(of.account)}`}><Name of={of.account} /></Inside> : "–" },
          { label: t("region"), value: <Name of={of.region} /> },
          { label: t("status"), value: <FindingStatus of={of} /> },
          { label: t("age"), value: <Age at={of.since} /> },
          { label: t("lastChecked"), value: <Age at={of.last_checked} /> },
          ...(of.resolved_at ? [{ label: t("resolvedAt"), value: format.instant(of.resolved_at) }] : []),
        ]}
      />
      <KeyValuePairs columns={4} items={evidence(of).map(({ name, value }) => ({ label: name, value: <Name of={value} /> }))} />
      <CommandLine words={["mcm", "finding", "show", of.id]} />
      {asked === "plan" ? <PlanDialog of={[of]} onClose={() => setAsked(null)} /> : null}
      {asked === "dismiss" ? <DismissDialog of={of} onClose={() => setAsked(null)} /> : null}
    </SpaceBetween>
  );
}
