import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import type { Schemas } from "../../api/types";
import { Panel } from "../../app/panel";
import { useFormat } from "../../i18n/format";
import { useTexts } from "../../i18n/use-texts";
import { CommandLine } from "../../parts/command-line";
import { useBoth } from "../../parts/deciding/word";
import { plain } from "../../parts/plain";
import { ProblemAlert } from "../../parts/problem-alert";
import { Verdict } from "./matrix";
import type { Candidate, Outcome } from "./outcome";
import { useRuleName } from "./rule-name";
import { texts } from "./texts";

interface Props {
  id: string | undefined;
  outcome: Outcome;
  location: string;
  onClose(): void;
}

/** Of one place: why, or why not there. What is not stored yet has no sentence of the server's and is shown by its rules. */
export function WhyPanel({ id, outcome, location, onClose }: Props) {
  const t = useTexts(texts);
  const told = useQuery({
    queryKey: ["placements", "why", id, location],
    enabled: id !== undefined,
    queryFn: ({ signal }) => get("/api/v1/placements/{placement_id}/why", { path: { placement_id: id ?? "" }, query: { location }, signal }),
  });
  return (
    <Panel header={t("whyTitle", { location: plain(location) })} onClose={onClose}>
      <SpaceBetween size="l">
        {told.error ? <ProblemAlert error={told.error} onRetry={() => void told.refetch()} /> : null}
        {outcome.candidates
          .filter((each) => each.location === location)
          .map((each) => (
            <Tier key={each.tier} of={each} told={told.data?.tiers.find((one) => one.tier === each.tier)} />
          ))}
        {id ? <CommandLine words={["mcm", "placement", "why", id, "--location", location]} /> : null}
      </SpaceBetween>
    </Panel>
  );
}

function Tier({ of, told }: { of: Candidate; told: Schemas["WhyTier"] | undefined }) {
  const t = useTexts(texts);
  const both = useBoth();
  const format = useFormat();
  const nameOf = useRuleName();
  const said = of.said.map((each) => both(String(each["message"] ?? each["title"] ?? ""), String(each["message_zh"] ?? each["title_zh"] ?? ""))).filter(Boolean);
  return (
    <SpaceBetween size="s">
      <Header variant="h3" description={<Verdict of={of} />}>{`${t("tier")}: ${plain(of.tier)}`}</Header>
      {told ? <Box fontWeight="bold">{both(told.sentence, told.sentence_zh)}</Box> : null}
      {told?.behind ? <div>{t("behind", { n: format.number(100 * told.behind) })}</div> : null}
      {[...of.failed, ...of.unknown].map((each) => (
        <div key={each.rule}>
          <StatusIndicator type={of.failed.includes(each) ? "error" : "warning"}>
            {nameOf(each.rule)}: {both(each.reason, each.reason_zh)}
          </StatusIndicator>
          {each.how_to_fix ? (
            <Box color="text-body-secondary" padding={{ left: "l" }}>
              {t("fix")}: {both(each.how_to_fix, each.how_to_fix_zh)}
            </Box>
          ) : null}
        </div>
      ))}
      {said.length > 0 ? (
        <div>
          <Box variant="awsui-key-label">{t("said")}</Box>
          <ul>
            {said.map((each, index) => (
              <li key={`${index} ${each}`}>{each}</li>
            ))}
          </ul>
        </div>
      ) : null}
    </SpaceBetween>
  );
}
