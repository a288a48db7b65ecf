import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";

import type { Schemas } from "../../api/types";
import { useMoney } from "../../i18n/money";
import { useTexts } from "../../i18n/use-texts";
import { Amount, useMoneyWord } from "../../parts/money";
import { plain } from "../../parts/plain";
import { texts } from "./texts";

type Total = Schemas["ReportTotal"];

/** One for each currency: amounts in different ones have no sum. */
export function Totals({ of }: { of: Schemas["CostReport"] }) {
  return (
    <SpaceBetween size="m">
      {of.totals.map((total) => (
        <OneTotal key={total.currency} of={total} compared={of.against !== null} />
      ))}
    </SpaceBetween>
  );
}

function OneTotal({ of, compared }: { of: Total; compared: boolean }) {
  const t = useTexts(texts);
  const word = useMoneyWord();
  const money = useMoney();
  const { currency } = of;
  const covered = of.coverage.map((each) => ({
    label: each.of.startsWith("tag:") ? `${word("coverage", "tagged")} ${plain(each.of.slice("tag:".length))}` : each.of in COVERED ? word("coverage", each.of) : word("dimension", each.of),
    value: (
      <>
        {money.percent(each.share)} · <Amount of={each.amount} currency={currency} />
      </>
    ),
  }));
  return (
    <Container header={<Header variant="h2">{t("total")}</Header>}>
      <KeyValuePairs
        columns={4}
        items={[
          { label: t("total"), value: <Box fontSize="heading-l" fontWeight="bold"><Amount of={of.presented} currency={currency} atLeast={of.unknown > 0} /></Box> },
          ...(compared
            ? [
                { label: t("before"), value: <Amount of={of.before} currency={currency} /> },
                { label: t("difference"), value: <Amount change of={of.difference} currency={currency} /> },
                { label: t("why"), value: <Why of={of.change ?? []} currency={currency} /> },
              ]
            : []),
          ...covered,
          { label: t("unallocated"), value: <><Amount of={of.unallocated} currency={currency} /> <Box color="text-body-secondary" fontSize="body-s">{t("unallocatedHint")}</Box></> },
        ]}
      />
    </Container>
  );
}

const COVERED: Record<string, true> = { allocated: true, linked: true, shared: true };

/** What a difference is made of; the parts add up to it. */
export function Why({ of, currency }: { of: readonly Schemas["ChangePart"][]; currency: string }) {
  const word = useMoneyWord();
  const parts = of.filter((each) => !/^-?0(\.0*)?$/.test(each.amount));
  if (parts.length === 0) return <>–</>;
  return (
    <ul className="console-plain-list">
      {parts.map((each) => (
        <li key={each.reason}>
          {word("reason", each.reason)}: <Amount change of={each.amount} currency={currency} />
        </li>
      ))}
    </ul>
  );
}
