import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { TableProps } from "@cloudscape-design/components/table";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { get } from "../../api/client";
import { useSession } from "../../api/session";
import { terms } from "../../i18n/terms";
import { useTerm, useTexts } from "../../i18n/use-texts";
import { useFormat } from "../../i18n/format";
import { AllowedButton } from "../../parts/allowed-button";
import { Choice } from "../../parts/choice";
import { Age } from "../../parts/freshness";
import { Inside } from "../../parts/links";
import { Listing } from "../../parts/listing";
import { Name } from "../../parts/name";
import { Empty, Shown } from "../../parts/states";
import { Status } from "../../parts/status";
import { useAddress } from "../../parts/use-address";
import { type Plan, type PlanStatus, targetsOf, waitsFor } from "./standing";
import { texts } from "./texts";

const SIZE = 50;
const MOST_WAITING = 100;
const STATUSES = Object.keys(terms.plan) as PlanStatus[];

export default function Plans() {
  const t = useTexts(texts);
  const term = useTerm();
  const navigate = useNavigate();
  const { set, value } = useAddress();
  const status = STATUSES.find((each) => each === value("status")) ?? "";
  const cursor = value("cursor");
  const columns = useColumns();
  const found = useQuery({
    queryKey: ["plans", "list", status, cursor],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      get("/api/v1/plans", { query: { limit: SIZE, cursor, ...(status ? { status: [status] } : {}) }, signal }),
  });
  return (
    <SpaceBetween size="l">
      <Listing
        of={found}
        title={t("title")}
        subtitle={t("subtitle")}
        trackBy={(each) => each.id}
        columns={columns}
        pagesOf={status}
        actions={
          <AllowedButton permission="operation.run" variant="primary" onClick={() => void navigate("/plans/new")}>
            {t("create")}
          </AllowedButton>
        }
        filter={
          <Choice
            label={t("status")}
            value={status}
            options={[{ value: "", label: t("anyStatus") }, ...STATUSES.map((each) => ({ value: each, label: term("plan", each) }))]}
            onChange={(to) => set({ status: to, cursor: "", page: "" })}
          />
        }
        empty={status ? <Empty title={t("noneWith")} /> : <Empty title={t("none")} hint={t("noneHint")} />}
        above={cursor ? null : <Waiting />}
      />
    </SpaceBetween>
  );
}

/** What the caller is expected to do, before everything else. */
function Waiting() {
  const t = useTexts(texts);
  const session = useSession();
  const format = useFormat();
  const navigate = useNavigate();
  const found = useQuery({
    queryKey: ["plans", "waiting"],
    queryFn: ({ signal }) =>
      get("/api/v1/plans", { query: { status: ["awaiting_approval", "approved", "draft"], limit: MOST_WAITING }, signal }),
  });
  return (
    <Container header={<Header variant="h2">{t("waits")}</Header>}>
      <Shown of={found}>
        {(all) => {
          const mine = all.items.flatMap((plan) => {
            const what = waitsFor(plan, session);
            return what ? [{ plan, what }] : [];
          });
          if (mine.length === 0) return <Box color="text-body-secondary">{t("nothingWaits")}</Box>;
          return (
            <SpaceBetween size="xs">
              {mine.map(({ plan, what }) => (
                <SpaceBetween key={plan.id} direction="horizontal" size="xs" alignItems="center">
                  <Button onClick={() => void navigate(`/plans/${plan.id}`)} ariaLabel={`${plan.action}: ${what === "approve" ? t("toApprove") : t("toApply")}`}>
                    {plan.action}
                  </Button>
                  <span>
                    {what === "approve" ? t("toApprove") : t("toApply")} · {t("targets")}: {format.number(targetsOf(plan))} · {plan.requested_by} ·{" "}
                    <Age at={plan.created_at} />
                    {plan.note ? <> · <Name of={plan.note} /></> : null}
                  </span>
                </SpaceBetween>
              ))}
            </SpaceBetween>
          );
        }}
      </Shown>
    </Container>
  );
}

function useColumns(): TableProps.ColumnDefinition<Plan>[] {
  const t = useTexts(texts);
  const format = useFormat();
  return [
    {
      id: "action",
      header: t("action"),
      isRowHeader: true,
      width: 200,
      cell: (each) => <Inside href={`/plans/${each.id}`}>{each.action}</Inside>,
    },
    { id: "status", header: t("status"), width: 190, cell: (each) => <Status group="plan" word={each.status} /> },
    { id: "targets", header: t("targets"), width: 110, cell: (each) => format.number(targetsOf(each)) },
    { id: "by", header: t("by"), width: 130, cell: (each) => <Name of={each.requested_by} /> },
    { id: "decided", header: t("decidedBy"), width: 140, cell: (each) => (each.decided_by ? <Name of={each.decided_by} /> : "–") },
    { id: "created", header: t("created"), width: 150, cell: (each) => <Age at={each.created_at} /> },
    { id: "expires", header: t("expires"), width: 150, cell: (each) => <Age at={each.expires_at} /> },
    { id: "note", header: t("note"), width: 300, cell: (each) => (each.note ? <Name of={each.note} /> : "–") },
  ];
}
