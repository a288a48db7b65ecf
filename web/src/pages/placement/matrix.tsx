import Header from "@cloudscape-design/components/header";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import Toggle from "@cloudscape-design/components/toggle";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";

import { useFormat } from "../../i18n/format";
import { useTexts } from "../../i18n/use-texts";
import { useBoth } from "../../parts/deciding/word";
import { useMoneyWord } from "../../parts/money";
import { plain } from "../../parts/plain";
import { Empty } from "../../parts/states";
import { useAddress } from "../../parts/use-address";
import { useAmount } from "./money";
import { type Candidate, type Outcome, rowsOf, rulesOf, tiersOf } from "./outcome";
import { useRuleName } from "./rule-name";
import { Scores } from "./scores";
import { texts } from "./texts";

/** Candidate × rule of one tier, with what was compared in every cell that says no. */
export function Matrix({ outcome }: { outcome: Outcome }) {
  const t = useTexts(texts);
  const { set, value } = useAddress();
  const tiers = tiersOf(outcome);
  const tier = tiers.find((each) => each === value("tier")) ?? tiers[0] ?? "";
  const all = value("rules") === "all";
  const rows = rowsOf(outcome, tier);
  return (
    <SpaceBetween size="m">
      {tiers.length > 1 ? (
        <SegmentedControl
          label={t("tier")}
          selectedId={tier}
          options={tiers.map((each) => ({ id: each, text: `${t("tier")}: ${plain(each)}` }))}
          onChange={({ detail }) => set({ tier: detail.selectedId === tiers[0] ? "" : detail.selectedId }, true)}
        />
      ) : null}
      <Scores outcome={outcome} rows={rows} />
      <Table
        header={
          <Header
            variant="h2"
            counter={`(${rows.length})`}
            description={t("matrixHint")}
            actions={
              <Toggle checked={all} onChange={({ detail }) => set({ rules: detail.checked ? "all" : "" }, true)}>
                {t("allRules")}
              </Toggle>
            }
          >
            {t("matrix")}
          </Header>
        }
        ariaLabels={{ tableLabel: t("matrix") }}
        items={rows}
        trackBy="location"
        resizableColumns
        wrapLines
        stickyColumns={{ first: 1 }}
        columnDefinitions={useColumns(rulesOf(rows, all), (location) => set({ location }))}
        empty={<Empty title={t("noCandidates")} />}
      />
    </SpaceBetween>
  );
}

function useColumns(rules: readonly string[], onLook: (location: string) => void): TableProps.ColumnDefinition<Candidate>[] {
  const t = useTexts(texts);
  const format = useFormat();
  const amount = useAmount();
  const word = useMoneyWord();
  const nameOf = useRuleName();
  return [
    {
      id: "location",
      header: t("location"),
      isRowHeader: true,
      width: 260,
      cell: (each) => (
        <Button variant="inline-link" onClick={() => onLook(each.location)}>
          {plain(each.location)}
        </Button>
      ),
    },
    { id: "verdict", header: t("verdict"), width: 150, cell: (each) => <Verdict of={each} /> },
    { id: "score", header: t("score"), width: 110, cell: (each) => (each.score ? format.number(100 * each.score.total) : "–") },
    {
      id: "cost",
      header: t("cost"),
      width: 150,
      cell: (each) => (
        <>
          {amount(each.cost, each.currency, each.complete)}
          {each.cost === null ? null : <Box color="text-body-secondary" fontSize="body-s">{word("basis", each.basis)}</Box>}
        </>
      ),
    },
    ...rules.map((rule) => ({ id: rule, header: nameOf(rule), width: 210, cell: (each: Candidate) => <Cell of={each} rule={rule} /> })),
  ];
}

export function Verdict({ of }: { of: Candidate }) {
  const t = useTexts(texts);
  if (of.chosen) return <StatusIndicator type="success">{t("chosen")}</StatusIndicator>;
  if (of.runner_up) return <StatusIndicator type="pending">{t("runnerUp")}</StatusIndicator>;
  return of.allowed ? <StatusIndicator type="info">{t("allowed")}</StatusIndicator> : <StatusIndicator type="error">{t("denied")}</StatusIndicator>;
}

function Cell({ of, rule }: { of: Candidate; rule: string }) {
  const t = useTexts(texts);
  const both = useBoth();
  const failed = of.failed.find((each) => each.rule === rule);
  const unknown = of.unknown.find((each) => each.rule === rule);
  if (failed)
    return (
      <StatusIndicator type="error" wrapText>
        <span className="console-words">{both(failed.reason, failed.reason_zh) || t("denied")}</span>
      </StatusIndicator>
    );
  if (unknown)
    return (
      <StatusIndicator type="warning" wrapText>
        <span className="console-words">{both(unknown.reason, unknown.reason_zh) || t("unknown")}</span>
      </StatusIndicator>
    );
  return of.passed.includes(rule) ? <StatusIndicator type="success" iconAriaLabel={t("passed")} /> : <>–</>;
}
