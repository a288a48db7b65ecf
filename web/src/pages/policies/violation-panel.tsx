import { useState } from "react";
import Alert from "@cloudscape-design/components/alert";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import type { Schemas } from "../../api/types";
import { Panel } from "../../app/panel";
import { useFormat } from "../../i18n/format";
import { useTexts } from "../../i18n/use-texts";
import { AllowedButton } from "../../parts/allowed-button";
import { CommandLine } from "../../parts/command-line";
import { Copyable } from "../../parts/copyable";
import { useBoth, useWord, Word } from "../../parts/deciding/word";
import { Age } from "../../parts/freshness";
import { Inside } from "../../parts/links";
import { Name } from "../../parts/name";
import { plain } from "../../parts/plain";
import { Shown } from "../../parts/states";
import { AskException } from "./ask-exception";
import { Exposure } from "./exposure";
import { texts } from "./violation-texts";
import { WaysBack } from "./ways-back";

type Violation = Schemas["ViolationItem"];

export function ViolationPanel({ id, onClose }: { id: string; onClose(): void }) {
  const found = useQuery({
    queryKey: ["violations", "one", id],
    queryFn: ({ signal }) => get("/api/v1/violations/{violation_id}", { path: { violation_id: id }, signal }),
  });
  return (
    <Panel header={found.data ? `${plain(found.data.name)} · ${plain(found.data.policy)}` : id} onClose={onClose}>
      <Shown of={found}>{(violation) => <Known violation={violation} />}</Shown>
    </Panel>
  );
}

function Known({ violation }: { violation: Violation }) {
  const t = useTexts(texts);
  const both = useBoth();
  const say = useWord();
  const format = useFormat();
  const [asking, setAsking] = useState(false);
  const values = Object.entries(violation.values);
  return (
    <SpaceBetween size="l">
      <Alert type={violation.status === "resolved" ? "success" : violation.status === "excepted" ? "warning" : "error"} header={both(violation.message, violation.message_zh)}>
        {violation.outcome === "error" ? t("fixError") : t("fixMove")}
      </Alert>
      <SpaceBetween direction="horizontal" size="xs">
        <AllowedButton permission="resource.write" unless={violation.status === "open" ? "" : t("already")} onClick={() => setAsking(true)}>
          {t("ask")}
        </AllowedButton>
      </SpaceBetween>
      <KeyValuePairs
        columns={3}
        items={[
          { label: t("resource"), value: <Inside href={`/resources/${encodeURIComponent(violation.resource)}?tab=policies`}><Name of={violation.name} /></Inside> },
          { label: t("account"), value: violation.account ? <Inside href={`/accounts/${encodeURIComponent(violation.account)}`}>{plain(violation.account)}</Inside> : "–" },
          { label: t("policy"), value: <Inside href={`/policies/${encodeURIComponent(violation.policy)}`}>{`${plain(violation.policy)} (${t("version", { n: violation.policy_version })})`}</Inside> },
          { label: t("severity"), value: <Word group="severity" word={violation.severity} /> },
          { label: t("mode"), value: say("mode", violation.mode) },
          { label: t("status"), value: <Word group="violation" word={violation.status} /> },
          { label: t("owner"), value: violation.owner ? <Name of={violation.owner} /> : "–" },
          { label: t("age"), value: <Age at={violation.since} /> },
          { label: t("exposure"), value: <Exposure of={violation.exposure} /> },
          { label: t("outcome"), value: <Word group="judged" word={violation.outcome} /> },
          { label: t("lastChecked"), value: <Age at={violation.last_checked} /> },
          ...(violation.resolved_at ? [{ label: t("resolvedAt"), value: format.instant(violation.resolved_at) }] : []),
          {
            label: t("values"),
            value: (
              <SpaceBetween size="xxxs">
                {values.map(([name, value]) => (
                  <code key={name} className="console-code">{`${plain(name)} = ${plain(JSON.stringify(value))}`}</code>
                ))}
                {values.length === 0 ? "–" : null}
              </SpaceBetween>
            ),
          },
          { label: t("evidence"), value: <Copyable value={violation.hash} /> },
        ]}
      />
      {violation.status === "resolved" ? null : <WaysBack id={violation.id} />}
      <CommandLine words={["mcm", "policy", "violation", violation.id]} />
      {asking ? <AskException violation={violation} onClose={() => setAsking(false)} /> : null}
    </SpaceBetween>
  );
}
