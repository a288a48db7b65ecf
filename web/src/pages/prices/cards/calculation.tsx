import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";

import type { Schemas } from "../../../api/types";
import { useFormat } from "../../../i18n/format";
import { useMoney } from "../../../i18n/money";
import { useTexts } from "../../../i18n/use-texts";
import { plain } from "../../../parts/plain";
import { usePreferences } from "../../../preferences/preferences";
import { RatesTable } from "./rates";
import { texts } from "./texts";

type Term = Schemas["TermItem"];

/** Every term of a calculation with its formula, from what is paid to what is asked. */
export function Calculated({ of }: { of: Schemas["Calculation"] }) {
  const t = useTexts(texts);
  const money = useMoney();
  const { language } = usePreferences();
  const listed = (terms: Record<string, Term>) => Object.values(terms);
  return (
    <SpaceBetween size="l">
      {of.warnings.length > 0 ? (
        <Alert type="warning" header={t("warnings")}>
          <ul className="console-plain-list">
            {of.warnings.map((each) => (
              <li key={each.sentence}>{plain(language === "zh-CN" ? each.sentence_zh : each.sentence)}</li>
            ))}
          </ul>
        </Alert>
      ) : null}
      <Container header={<Header variant="h2">{t("rates")}</Header>}>
        <RatesTable
          label={t("rates")}
          currency={of.currency}
          columns={[
            { title: t("full"), rates: of.full },
            { title: t("marginal"), rates: of.marginal },
            ...of.at.map((each) => ({ title: t("atUtilisation", { at: money.percent(each.utilisation) }), rates: each.rates })),
            { title: t("allSold"), rates: of.all_sold },
          ]}
        />
      </Container>
      <Container header={<Header variant="h2" description={t("calculatorHint")}>{t("terms")}</Header>}>
        <SpaceBetween size="l">
          <Terms title={t("pooled")} of={[...of.costs, of.total]} />
          <Terms title={t("parts")} of={[...listed(of.parts), ...listed(of.sellable), ...listed(of.utilisation)]} />
          <Terms title={t("fullTerms")} of={listed(of.full_terms)} />
          <Terms title={t("marginalTerms")} of={[...of.marginal_costs, ...listed(of.marginal_terms)]} />
          <Measured of={of.measured} />
        </SpaceBetween>
      </Container>
    </SpaceBetween>
  );
}

function Terms({ title, of }: { title: string; of: readonly Term[] }) {
  const t = useTexts(texts);
  const money = useMoney();
  const { language } = usePreferences();
  const items = of.map((each, at) => ({ ...each, at }));
  return (
    <Table
      variant="embedded"
      header={<Header variant="h3">{title}</Header>}
      ariaLabels={{ tableLabel: title }}
      items={items}
      trackBy={(each) => String(each.at)}
      resizableColumns
      wrapLines
      columnDefinitions={[
        { id: "term", header: t("term"), isRowHeader: true, width: 340, cell: (each) => plain(language === "zh-CN" ? each.sentence_zh : each.sentence) },
        { id: "formula", header: t("formula"), width: 460, cell: (each) => <code className="console-code">{plain(each.formula)}</code> },
        { id: "amount", header: t("amount"), width: 240, cell: (each) => <span className="console-amount" title={`${each.amount} ${each.unit}`}>{`${money.decimal(each.amount, 6)} ${plain(each.unit)}`}</span> },
      ]}
    />
  );
}

function Measured({ of }: { of: Schemas["MeasuredItem"] }) {
  const t = useTexts(texts);
  const format = useFormat();
  const { language } = usePreferences();
  const values = Object.entries(of.values);
  return (
    <div>
      <Box variant="h3">{t("measured")}</Box>
      {of.as_of ? <div>{t("measuredAt", { at: format.instant(of.as_of) })}</div> : null}
      {values.length > 0 ? (
        <ul className="console-plain-list">
          {values.map(([name, value]) => (
            <li key={name}>
              {plain(name)}: {plain(value)}
            </li>
          ))}
        </ul>
      ) : (
        <Box color="text-body-secondary">{t("nothingMeasured")}</Box>
      )}
      {of.at_least ? <Box color="text-status-warning">{t("atLeast")}</Box> : null}
      {of.missing.map((each) => (
        <div key={each.sentence}>{plain(language === "zh-CN" ? each.sentence_zh : each.sentence)}</div>
      ))}
    </div>
  );
}
