import { useState } from "react";
import Box from "@cloudscape-design/components/box";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { get, post } from "../../api/client";
import type { Schemas } from "../../api/types";
import { useTexts } from "../../i18n/use-texts";
import { AllowedButton } from "../../parts/allowed-button";
import { useBoth, useWord, Word } from "../../parts/deciding/word";
import { FindHere, fits } from "../../parts/find-here";
import { FormDialog } from "../../parts/form-dialog";
import { Listing } from "../../parts/listing";
import { plain } from "../../parts/plain";
import { Empty, Shown } from "../../parts/states";
import { useAddress } from "../../parts/use-address";
import { useChange } from "../../parts/use-change";
import { SimulationPart } from "./simulation";
import { texts } from "./texts";

type Starter = Schemas["StarterItem"];
const SIZE = 100;

export function useLibrary() {
  return useQuery({ queryKey: ["policies", "library"], queryFn: ({ signal }) => get("/api/v1/policies/library", { query: { limit: SIZE }, signal }) });
}

export default function Library() {
  const t = useTexts(texts);
  const both = useBoth();
  const say = useWord();
  const navigate = useNavigate();
  const search = useAddress().value("search");
  const [asked, setAsked] = useState<Starter | null>(null);
  return (
    <>
      <Listing
        of={useLibrary()}
        title={t("libraryTitle")}
        subtitle={t("librarySubtitle")}
        trackBy={(each) => each.name}
        filter={<FindHere />}
        shown={(items) => items.filter((each) => fits(search, each.name, each.title, each.title_zh, ...each.framework))}
        columns={[
          {
            id: "policy",
            header: t("policy"),
            isRowHeader: true,
            width: 340,
            cell: (each) => (
              <div>
                <Box fontWeight="bold">{both(each.title, each.title_zh)}</Box>
                <ExpandableSection headerText={<code className="console-code">{each.name}</code>} variant="inline">
                  <pre className="console-code">{each.document}</pre>
                </ExpandableSection>
              </div>
            ),
          },
          {
            id: "do",
            header: t("install"),
            width: 250,
            cell: (each) => (
              <SpaceBetween direction="horizontal" size="xs">
                <AllowedButton permission="policy.write" unless={each.installed ? t("installed") : ""} ariaLabel={`${t("install")}: ${each.name}`} onClick={() => setAsked(each)}>
                  {t("install")}
                </AllowedButton>
                <AllowedButton permission="policy.write" variant="link" ariaLabel={`${t("change")}: ${each.name}`} onClick={() => void navigate(`/policies/new?from=${encodeURIComponent(each.name)}`)}>
                  {t("change")}
                </AllowedButton>
              </SpaceBetween>
            ),
          },
          { id: "severity", header: t("severity"), width: 120, cell: (each) => <Word group="severity" word={each.severity} /> },
          { id: "mode", header: t("mode"), width: 105, cell: (each) => <Word group="mode" word={each.mode} /> },
          { id: "kind", header: t("kind"), width: 150, cell: (each) => (each.soft ? t("soft") : t("hard")) },
          { id: "applies", header: t("applies"), width: 170, cell: (each) => each.applies.map((one) => say("applies", one)).join(" · ") },
          { id: "framework", header: t("framework"), width: 160, cell: (each) => plain(each.framework.join(" · ")) || "–" },
          { id: "installed", header: t("installed"), width: 130, cell: (each) => <StatusIndicator type={each.installed ? "success" : "not-started"}>{each.installed ? t("installed") : t("notInstalled")}</StatusIndicator> },
        ]}
        empty={<Empty title={t("libraryNone")} />}
      />
      {asked ? <Install starter={asked} onClose={() => setAsked(null)} /> : null}
    </>
  );
}

/** First what it would do: a policy that is not looked at surprises. */
function Install({ starter, onClose }: { starter: Starter; onClose(): void }) {
  const t = useTexts(texts);
  const both = useBoth();
  const navigate = useNavigate();
  const path = { name: starter.name };
  const looked = useQuery({
    queryKey: ["policies", "installing", starter.name],
    queryFn: async () => {
      const answer = await post("/api/v1/policies/library/{name}", { path, query: { dry_run: true, simulate: true } });
      return "findings" in answer ? answer : null;
    },
  });
  const warnings = looked.data?.warnings ?? [];
  const change = useChange({
    id: `policy ${starter.name}`,
    run: async () => {
      const answer = await post("/api/v1/policies/library/{name}", { path, query: { accept_warnings: warnings.length > 0 } });
      return "version" in answer ? answer.version : 1;
    },
    said: (version) => t("saved", { name: starter.name, n: version }),
    touches: ["policies", "violations"],
    onDone: () => void navigate(`/policies/${encodeURIComponent(starter.name)}`),
    quiet: true,
  });
  return (
    <FormDialog
      wide
      title={t("installTitle", { name: both(starter.title, starter.title_zh) })}
      submit={warnings.length > 0 ? t("accept") : t("install")}
      busy={change.isPending}
      error={change.error}
      unless={looked.isPending ? t("looking") : ""}
      onSubmit={() => change.mutate()}
      onClose={onClose}
      command={["policy", "library", "install", starter.name]}
    >
      <Shown of={looked}>
        {(found) => (
          <SpaceBetween size="m">
            {warnings.map((each) => (
              <StatusIndicator key={`${each.code} ${each.policies.join()}`} type="warning">
                {both(each.message, each.message_zh)}
              </StatusIndicator>
            ))}
            {found?.simulation ? <SimulationPart of={found.simulation} /> : null}
          </SpaceBetween>
        )}
      </Shown>
    </FormDialog>
  );
}
