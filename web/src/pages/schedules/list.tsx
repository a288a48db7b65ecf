import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { get } from "../../api/client";
import type { Schemas } from "../../api/types";
import { useTexts } from "../../i18n/use-texts";
import { AllowedButton } from "../../parts/allowed-button";
import { FindHere, fits } from "../../parts/find-here";
import { Age } from "../../parts/freshness";
import { Inside } from "../../parts/links";
import { Listing } from "../../parts/listing";
import { Name } from "../../parts/name";
import { Empty } from "../../parts/states";
import { useAddress } from "../../parts/use-address";
import { texts } from "./texts";
import { When } from "./when";

type Schedule = Schemas["ScheduleItem"];

export default function Schedules() {
  const t = useTexts(texts);
  const navigate = useNavigate();
  const search = useAddress().value("search");
  const found = useQuery({ queryKey: ["schedules", "all"], queryFn: ({ signal }) => get("/api/v1/schedules", { signal }) });
  return (
    <Listing
      of={found}
      title={t("title")}
      subtitle={t("subtitle")}
      trackBy={(each) => each.id}
      filter={<FindHere />}
      shown={(items) => items.filter((each) => fits(search, each.name, each.action, each.filter))}
      actions={
        <AllowedButton permission="schedule.write" variant="primary" onClick={() => void navigate("/schedules/new")}>
          {t("create")}
        </AllowedButton>
      }
      columns={[
        { id: "name", header: t("name"), isRowHeader: true, width: 180, cell: (each) => <Inside href={`/schedules/${encodeURIComponent(each.name)}`}><Name of={each.name} /></Inside> },
        { id: "state", header: t("state"), width: 130, cell: (each) => <Standing of={each} /> },
        { id: "action", header: t("action"), width: 150, cell: (each) => each.action },
        { id: "filter", header: t("filter"), width: 300, cell: (each) => <Name of={each.filter} /> },
        { id: "when", header: t("when"), width: 220, cell: (each) => <When cron={each.cron} /> },
        { id: "zone", header: t("zone"), width: 150, cell: (each) => each.time_zone },
        { id: "next", header: t("next"), width: 150, cell: (each) => (each.next_at ? <Age at={each.next_at} /> : "–") },
        { id: "as", header: t("actsAs"), width: 120, cell: (each) => <Name of={each.acts_as} /> },
      ]}
      empty={<Empty title={t("none")} hint={t("noneHint")} />}
    />
  );
}

export function Standing({ of }: { of: Pick<Schedule, "enabled" | "suspended"> }) {
  const t = useTexts(texts);
  if (of.suspended) return <StatusIndicator type="error">{t("suspended")}</StatusIndicator>;
  return <StatusIndicator type={of.enabled ? "success" : "stopped"}>{of.enabled ? t("on") : t("off")}</StatusIndicator>;
}
