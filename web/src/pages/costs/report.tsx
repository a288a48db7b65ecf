import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearchParams } from "react-router";

import { get } from "../../api/client";
import { useMoney } from "../../i18n/money";
import { useTexts } from "../../i18n/use-texts";
import { AllowedButton } from "../../parts/allowed-button";
import { CommandLine } from "../../parts/command-line";
import { MoneyGaps, RatesUsed } from "../../parts/money";
import { Empty, Shown } from "../../parts/states";
import { usePreferences } from "../../preferences/preferences";
import { Choices } from "./choices";
import { Lines } from "./lines";
import { askedOf, exportCommand, exportOf, reportQuery } from "./state";
import { texts } from "./texts";
import { Totals } from "./totals";
import { Trend } from "./trend";

const FORMATS = ["csv", "xlsx", "html"] as const;

export default function Costs() {
  const t = useTexts(texts);
  const money = useMoney();
  const navigate = useNavigate();
  const { language } = usePreferences();
  const [params] = useSearchParams();
  const asked = askedOf(params);
  const query = reportQuery(asked, true);
  const found = useQuery({
    queryKey: ["costs", "report", query],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => get("/api/v1/cost-reports", { query, signal }),
  });
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        description={t("subtitle")}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            {FORMATS.map((format) => (
              <AllowedButton key={format} permission="cost.read" iconName="download" href={exportOf(asked, format, language)} download>
                {t("export", { format: format.toUpperCase() })}
              </AllowedButton>
            ))}
          </SpaceBetween>
        }
      >
        {t("title", { month: money.month(asked.month) })}
      </Header>
      <Container>
        <Choices asked={asked} />
      </Container>
      <Shown of={found}>
        {(report) => (
          <SpaceBetween size="l">
            {report.whole ? null : <Alert type="info">{t("part")}</Alert>}
            <MoneyGaps of={report.gaps} />
            {report.totals.length > 0 ? (
              <SpaceBetween size="l">
                <Totals of={report} />
                <Trend asked={asked} currency={report.totals[0]?.currency ?? ""} />
                <Lines of={report} asked={asked} />
              </SpaceBetween>
            ) : (
              <Container>
                <Empty
                  title={t("nothing")}
                  hint={t("nothingHint")}
                  action={<Button onClick={() => void navigate("/charge-imports")}>{t("toImports")}</Button>}
                />
              </Container>
            )}
            <RatesUsed of={report.rates} />
          </SpaceBetween>
        )}
      </Shown>
      <CommandLine words={exportCommand(asked)} />
    </SpaceBetween>
  );
}
