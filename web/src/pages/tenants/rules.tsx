import { useState } from "react";
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useQuery } from "@tanstack/react-query";

import { get, put } from "../../api/client";
import type { Schemas } from "../../api/types";
import { useTexts } from "../../i18n/use-texts";
import { AllowedButton } from "../../parts/allowed-button";
import { CommandLine } from "../../parts/command-line";
import { plain } from "../../parts/plain";
import { ProblemAlert } from "../../parts/problem-alert";
import { Empty, Shown } from "../../parts/states";
import { useChange } from "../../parts/use-change";
import { texts } from "./texts";

type Rule = Schemas["Rule"];
const FIELDS = ["tenant", "account", "project", "tag_key", "tag_value"] as const;
type Field = (typeof FIELDS)[number];

export default function Rules() {
  const found = useQuery({ queryKey: ["tenant-rules"], queryFn: ({ signal }) => get("/api/v1/tenant-rules", { signal }) });
  return <Shown of={found}>{(all) => <Editor key={JSON.stringify(all.rules)} start={all.rules} />}</Shown>;
}

/** The list is saved as a whole, after the server has said which resources would go elsewhere. */
function Editor({ start }: { start: readonly Rule[] }) {
  const t = useTexts(texts);
  const [rules, setRules] = useState<Rule[]>([...start]);
  const [tried, setTried] = useState("");
  const written = JSON.stringify(rules);
  const body = { rules: rules.map((rule) => ({ ...rule, account: rule.account || null, project: rule.project || null, tag_key: rule.tag_key || null, tag_value: rule.tag_value || null })) };
  const trying = useChange({ id: "rules", run: () => put("/api/v1/tenant-rules", { query: { dry_run: true }, body }), touches: [], onDone: () => setTried(written), quiet: true });
  const saving = useChange({
    id: "rules",
    run: () => put("/api/v1/tenant-rules", { body }),
    said: (answer) => t("rulesSaved", { n: answer.rules }),
    touches: ["tenant-rules", "resources"],
    quiet: true,
  });
  const complete = rules.every((rule) => rule.tenant && (rule.account || rule.project || rule.tag_key));
  const lacks = written === JSON.stringify(start) ? t("unchanged") : complete ? "" : t("incomplete");
  const labels: Record<Field, string> = { tenant: t("tenant"), account: t("account"), project: t("project"), tag_key: t("tagKey"), tag_value: t("tagValue") };
  const set = (at: number, name: Field, value: string) => setRules((before) => before.map((rule, index) => (index === at ? { ...rule, [name]: value } : rule)));
  const up = (at: number) => setRules((before) => before.map((rule, index) => (index === at - 1 ? (before[at] ?? rule) : index === at ? (before[at - 1] ?? rule) : rule)));
  const rows = rules.map((rule, at) => ({ rule, at }));
  const error = trying.error ?? saving.error;
  return (
    <SpaceBetween size="m">
      <Header
        variant="h1"
        description={t("rulesHint")}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <AllowedButton permission="tenant.write" onClick={() => setRules((before) => [...before, { tenant: "" }])}>
              {t("add")}
            </AllowedButton>
            <Button disabled={written === JSON.stringify(start)} onClick={() => setRules([...start])}>
              {t("discard")}
            </Button>
            <AllowedButton permission="tenant.write" unless={lacks} loading={trying.isPending} onClick={() => trying.mutate()}>
              {t("tryRules")}
            </AllowedButton>
            <AllowedButton permission="tenant.write" variant="primary" unless={lacks || (tried === written ? "" : t("tryFirst"))} loading={saving.isPending} onClick={() => saving.mutate()}>
              {t("save")}
            </AllowedButton>
          </SpaceBetween>
        }
      >
        {t("rulesTitle")}
      </Header>
      {error ? <ProblemAlert error={error} /> : null}
      {trying.data && tried === written ? (
        <Alert type={trying.data.warnings.length > 0 ? "warning" : "info"} header={trying.data.resources > 0 ? t("would", { n: trying.data.resources }) : t("wouldNone")}>
          <ul>
            {trying.data.moves.map((each) => (
              <li key={`${each.source} ${each.target}`}>
                {t("moves", { n: each.count, source: plain(each.source), target: plain(each.target), names: each.examples.map((one) => plain(one.name)).join(", ") })}
              </li>
            ))}
            {trying.data.warnings.map((each) => (
              <li key={each}>{plain(each)}</li>
            ))}
          </ul>
        </Alert>
      ) : null}
      <Table
        ariaLabels={{ tableLabel: t("rulesTitle") }}
        items={rows}
        trackBy={(row) => String(row.at)}
        columnDefinitions={[
          { id: "at", header: t("order"), isRowHeader: true, width: 70, cell: (row) => row.at + 1 },
          ...FIELDS.map((name) => ({
            id: name,
            header: labels[name],
            minWidth: 150,
            cell: (row: { rule: Rule; at: number }) => (
              <Input ariaLabel={`${labels[name]} ${row.at + 1}`} placeholder={name === "tenant" ? "" : t("anything")} value={row.rule[name] ?? ""} onChange={({ detail }) => set(row.at, name, detail.value)} />
            ),
          })),
          {
            id: "actions",
            header: t("actions"),
            minWidth: 160,
            cell: (row) => (
              <SpaceBetween direction="horizontal" size="xs">
                <Button variant="inline-icon" iconName="angle-up" ariaLabel={`${t("up")} ${row.at + 1}`} disabled={row.at === 0} onClick={() => up(row.at)} />
                <Button variant="inline-icon" iconName="remove" ariaLabel={`${t("take")} ${row.at + 1}`} onClick={() => setRules((before) => before.filter((_, index) => index !== row.at))} />
              </SpaceBetween>
            ),
          },
        ]}
        empty={<Empty title={t("noRules")} />}
      />
      <CommandLine words={["mcm", "tenant", "rules", "show", "-o", "yaml"]} />
    </SpaceBetween>
  );
}
