import { useCallback } from "react";
import Alert from "@cloudscape-design/components/alert";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";

import type { Schemas } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useTexts } from "../../i18n/use-texts";
import { useBoth } from "../../parts/deciding/word";
import { Name } from "../../parts/name";
import { plain } from "../../parts/plain";
import { Empty } from "../../parts/states";
import { useAddress } from "../../parts/use-address";
import { usePreferences } from "../../preferences/preferences";
import { Matrix } from "./matrix";
import { useAmount } from "./money";
import type { Outcome } from "./outcome";
import { texts } from "./texts";
import { WhyPanel } from "./why";

/** What was decided and why. id: of the decision; without it nothing is stored yet. */
export function OutcomePart({ outcome, id }: { outcome: Outcome; id?: string }) {
  const t = useTexts(texts);
  const { set, value } = useAddress();
  const both = useBoth();
  const close = useCallback(() => set({ location: "" }), [set]);
  return (
    <SpaceBetween size="l">
      {outcome.impossible ? <Impossible of={outcome.impossible} /> : null}
      {outcome.amounts_withheld ? <Alert type="info">{both(outcome.amounts_withheld, outcome.amounts_withheld_zh)}</Alert> : null}
      {outcome.cut ? <Alert type="warning">{t("cut")}</Alert> : null}
      {outcome.stale.length > 0 ? (
        <Alert type="warning" header={t("stale")}>
          <ul>
            {outcome.stale.map((each) => (
              <li key={each}>{plain(each)}</li>
            ))}
          </ul>
        </Alert>
      ) : null}
      {outcome.chosen ? (
        <ColumnLayout columns={2}>
          <Assignment title={t("chosen")} of={outcome.chosen} />
          <Assignment title={t("runnerUp")} of={outcome.runner_up} />
        </ColumnLayout>
      ) : null}
      <Matrix outcome={outcome} />
      {value("location") ? <WhyPanel id={id} outcome={outcome} location={value("location")} onClose={close} /> : null}
    </SpaceBetween>
  );
}

function Impossible({ of }: { of: Schemas["ImpossibleItem"] }) {
  const t = useTexts(texts);
  const { language } = usePreferences();
  const sentences = language === "zh-CN" ? of.sentences_zh : of.sentences;
  return (
    <Alert type="error" header={t("impossible")}>
      <ul>
        {sentences.map((each) => (
          <li key={each}>{plain(each)}</li>
        ))}
      </ul>
      {t("lookedAt", { n: of.places })}
    </Alert>
  );
}

function Assignment({ title, of }: { title: string; of: Schemas["AssignmentItem"] | null }) {
  const t = useTexts(texts);
  const format = useFormat();
  const amount = useAmount();
  return (
    <Container fitHeight header={<Header variant="h2">{title}</Header>}>
      {of === null ? (
        <Empty title={t("noRunnerUp")} />
      ) : (
        <SpaceBetween size="m">
          <KeyValuePairs
            columns={3}
            items={[
              { label: t("score"), value: format.number(100 * of.score) },
              { label: t("cost"), value: amount(of.cost, of.currency, of.complete) },
              { label: t("egress"), value: `${amount(of.egress, of.currency)}${of.unpriced_edges ? ` · ${t("unpriced", { n: of.unpriced_edges })}` : ""}` },
            ]}
          />
          <Table
            variant="embedded"
            ariaLabels={{ tableLabel: title }}
            items={of.parts}
            columnDefinitions={[
              { id: "tier", header: t("tier"), isRowHeader: true, cell: (each) => <Name of={each.tier} /> },
              { id: "count", header: t("count"), cell: (each) => format.number(each.count) },
              { id: "location", header: t("location"), cell: (each) => <Name of={each.location} /> },
              { id: "flavor", header: t("flavor"), cell: (each) => (each.flavor ? <Name of={each.flavor} /> : "–") },
              { id: "image", header: t("image"), cell: (each) => (each.image ? <Name of={each.image} /> : "–") },
              { id: "cost", header: t("cost"), cell: (each) => amount(each.cost, of.currency) },
            ]}
            empty={<Empty title={t("nothingHeld")} />}
          />
        </SpaceBetween>
      )}
    </Container>
  );
}
