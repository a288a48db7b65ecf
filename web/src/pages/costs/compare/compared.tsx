import Alert from "@cloudscape-design/components/alert";
import Container from "@cloudscape-design/components/container";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";

import type { Schemas } from "../../../api/types";
import { useFormat } from "../../../i18n/format";
import { useMoney } from "../../../i18n/money";
import { useTexts } from "../../../i18n/use-texts";
import { RatesUsed } from "../../../parts/money";
import { plain } from "../../../parts/plain";
import { useAddress } from "../../../parts/use-address";
import { usePreferences } from "../../../preferences/preferences";
import { BreakEven } from "./break-even";
import { Details } from "./details";
import { Parts } from "./parts";
import { Results } from "./results";
import { texts } from "./texts";

/** A comparison, just made or of an estimate. */
export function Compared({ of }: { of: Schemas["Comparison"] }) {
  const t = useTexts(texts);
  const format = useFormat();
  const money = useMoney();
  const { language } = usePreferences();
  const chosen = useAddress().value("column");
  const column = of.columns.find((each) => each.key === chosen);
  // Of the places that hang on utilisation, the one that was chosen or the first.
  const own = column && column.utilisations.length > 0 ? column : of.columns.find((each) => each.utilisations.length > 0);
  const { subject } = of;
  const priced = of.columns.some((each) => each.total.amount !== null);
  return (
    <SpaceBetween size="l">
      {of.notes.length > 0 || subject.unknown > 0 ? (
        <Alert type="warning">
          <ul className="console-plain-list">
            {of.notes.map((note) => (
              <li key={note.message}>{plain(language === "zh-CN" ? note.message_zh : note.message)}</li>
            ))}
            {subject.unknown > 0 ? <li>{t("unknownSizes", { n: subject.unknown })}</li> : null}
          </ul>
        </Alert>
      ) : null}
      {priced ? null : <Alert type="warning" header={t("nowhere")} />}
      <Container footer={of.rates.length > 0 ? <RatesUsed of={of.rates} /> : undefined}>
        <KeyValuePairs
          columns={4}
          items={[
            { label: t("what"), value: <>{plain(subject.title || subject.name || subject.filter || "–")}{subject.version ? ` (${t("version", { n: subject.version })})` : ""}</> },
            { label: t("instances"), value: format.atLeast(subject.instances, subject.at_least) },
            { label: t("pricesOf"), value: money.day(of.on) },
            { label: t("currency"), value: `${of.currency}, ${of.tax ? `${t("tax")} ${money.percent(of.tax)}` : t("untaxed")}` },
            { label: t("hours"), value: money.decimal(of.hours) },
          ]}
        />
      </Container>
      {priced ? <Parts of={of} /> : null}
      <Results of={of} />
      {column ? <Details of={column} currency={of.currency} /> : null}
      {own ? <BreakEven key={own.key} of={own} all={of} /> : null}
    </SpaceBetween>
  );
}
