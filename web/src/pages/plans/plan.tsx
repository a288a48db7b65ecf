import Alert from "@cloudscape-design/components/alert";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";

import { get } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { useTexts } from "../../i18n/use-texts";
import { Copyable } from "../../parts/copyable";
import { Age } from "../../parts/freshness";
import { Inside } from "../../parts/links";
import { Name } from "../../parts/name";
import { plain } from "../../parts/plain";
import { Shown } from "../../parts/states";
import { Status } from "../../parts/status";
import { usePreferences } from "../../preferences/preferences";
import { Deciding } from "./deciding";
import { DriftTable, ImpactBox, Items } from "./contents";
import { type PlanDetail, targetsOf } from "./standing";
import { texts } from "./texts";

/** Live: events say that a plan or one of its operations has changed. */
export default function PlanPage() {
  const { plan: id = "" } = useParams();
  const found = useQuery({
    queryKey: ["plans", "one", id],
    queryFn: ({ signal }) => get("/api/v1/plans/{plan_id}", { path: { plan_id: id }, signal }),
  });
  return <Shown whole of={found}>{(plan) => <Known plan={plan} />}</Shown>;
}

function Known({ plan }: { plan: PlanDetail }) {
  const t = useTexts(texts);
  const format = useFormat();
  const { language } = usePreferences();
  const said = language === "zh-CN" ? plan.approval_zh : plan.approval;
  return (
    <SpaceBetween size="l">
      <Header variant="h1" description={plan.note ? <Name of={plan.note} /> : undefined} actions={<Deciding plan={plan} />}>
        {plan.action} · {t("targets")}: {format.number(targetsOf(plan))}
      </Header>
      {plan.destructive ? <Alert type="warning">{t("noBack")}</Alert> : null}
      <Container header={<Header variant="h2">{t("about")}</Header>}>
        <KeyValuePairs
          columns={3}
          items={[
            { label: t("status"), value: <Status group="plan" word={plan.status} /> },
            { label: t("approval"), value: said || "–" },
            { label: t("expires"), value: format.instant(plan.expires_at) },
            { label: t("by"), value: <Name of={plan.requested_by} /> },
            { label: t("created"), value: <Age at={plan.created_at} /> },
            { label: t("decidedBy"), value: plan.decided_by ? <Name of={plan.decided_by} /> : "–" },
            ...(plan.reason ? [{ label: t("reason"), value: <Name of={plan.reason} /> }] : []),
            { label: t("filter"), value: <Chosen by={plan.filter} /> },
            { label: t("back"), value: plan.reversible_by || "–" },
            {
              label: t("hash"),
              value: <Copyable value={plan.hash} />,
            },
            ...Object.entries(plan.params).map(([name, value]) => ({ label: t("parameter", { name }), value: <Name of={JSON.stringify(value)} /> })),
          ]}
        />
      </Container>
      {plan.drift.length > 0 ? <DriftTable drift={plan.drift} /> : null}
      <ImpactBox impact={plan.impact} />
      <Items items={plan.items} />
    </SpaceBetween>
  );
}

function Chosen({ by }: { by: string | null }) {
  const t = useTexts(texts);
  return by === null ? t("chosen") : <Inside href={`/inventory?filter=${encodeURIComponent(by)}`}>{plain(by)}</Inside>;
}
