import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { useMoney } from "../../i18n/money";
import { useTexts } from "../../i18n/use-texts";
import { Age } from "../../parts/freshness";
import { Shown } from "../../parts/states";
import { useNow } from "../../parts/use-now";
import { savedOf } from "./sums";
import { texts } from "./texts";

/** mcm looks every hour; from here on something keeps it from doing so. */
const LATE_MS = 3 * 3_600_000;

export function useSummary(account: string) {
  return useQuery({
    queryKey: ["findings", "summary", account],
    queryFn: ({ signal }) => get("/api/v1/findings/summary", { query: account ? { account } : {}, signal }),
  });
}

/** How much could be saved by currency, and of how many findings nobody knows. */
export function Summary({ account }: { account: string }) {
  const t = useTexts(texts);
  const format = useFormat();
  const money = useMoney();
  const now = useNow();
  const found = useSummary(account);
  const figure = (text: string) => <span className="console-figure">{text}</span>;
  return (
    <Shown of={found}>
      {({ as_of: at, kinds }) => {
        const { count, unpriced, saved } = savedOf(kinds);
        const late = at !== null && now - Date.parse(at) > LATE_MS;
        return (
          <Container>
            <KeyValuePairs
              columns={4}
              items={[
                { label: t("open"), value: figure(at ? format.number(count) : "–") },
                ...saved.map((each) => ({
                  label: t("savedIn", { currency: each.currency }),
                  value: (
                    <>
                      {figure(money.money(each.saving, each.currency))}
                      <Box color="text-body-secondary" fontSize="body-s">{t("ofPriced", { n: each.priced })}</Box>
                    </>
                  ),
                })),
                { label: t("unpriced"), value: figure(at ? format.number(unpriced) : "–") },
                {
                  label: t("lookedAt"),
                  value: at === null ? t("never") : late ? <StatusIndicator type="warning"><Age at={at} /> – {t("late")}</StatusIndicator> : <Age at={at} />,
                },
              ]}
            />
          </Container>
        );
      }}
    </Shown>
  );
}
