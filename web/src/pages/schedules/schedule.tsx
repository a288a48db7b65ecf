import { useState } from "react";
import Alert from "@cloudscape-design/components/alert";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "react-router";

import { get, put, remove } from "../../api/client";
import type { Schemas } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useTexts } from "../../i18n/use-texts";
import { AllowedButton } from "../../parts/allowed-button";
import { CommandLine } from "../../parts/command-line";
import { FormDialog } from "../../parts/form-dialog";
import { Inside } from "../../parts/links";
import { Name } from "../../parts/name";
import { plain } from "../../parts/plain";
import { Empty, Shown } from "../../parts/states";
import { Status } from "../../parts/status";
import { useChange } from "../../parts/use-change";
import { Standing } from "./list";
import { Preview, type Written } from "./preview";
import { texts } from "./texts";
import { When } from "./when";

type Detail = Schemas["ScheduleDetail"];

export function useSchedule(name: string) {
  return useQuery({
    queryKey: ["schedules", "one", name],
    queryFn: ({ signal }) => get("/api/v1/schedules/{name}", { path: { name }, signal }),
  });
}

export default function SchedulePage() {
  const { schedule: name = "" } = useParams();
  return <Shown whole of={useSchedule(name)}>{(found) => <Known schedule={found} />}</Shown>;
}

function writtenOf(of: Detail): Written {
  return { action: of.action, filter: of.filter, cron: of.cron, time_zone: of.time_zone, params: of.params, skip: of.skip, enabled: of.enabled, tenant: of.tenant_id };
}

function Known({ schedule }: { schedule: Detail }) {
  const t = useTexts(texts);
  const format = useFormat();
  const navigate = useNavigate();
  const [asked, setAsked] = useState<"preview" | "remove" | null>(null);
  const name = plain(schedule.name);
  const turn = useChange({
    id: `schedule ${schedule.name}`,
    run: () => put("/api/v1/schedules/{name}", { path: { name: schedule.name }, body: { ...writtenOf(schedule), enabled: !schedule.enabled }, ifMatch: schedule.version }),
    said: () => t("turned", { name }),
    touches: ["schedules"],
  });
  const removing = useChange({
    id: `schedule ${schedule.name}`,
    run: () => remove("/api/v1/schedules/{name}", { path: { name: schedule.name } }),
    said: () => t("removed", { name }),
    touches: [],
    onDone: () => void navigate("/schedules"),
    quiet: true,
  });
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <AllowedButton permission="schedule.write" onClick={() => setAsked("preview")}>
              {t("tryIt")}
            </AllowedButton>
            <AllowedButton permission="schedule.write" loading={turn.isPending} onClick={() => turn.mutate()}>
              {schedule.enabled ? t("turnOff") : t("turnOn")}
            </AllowedButton>
            <AllowedButton permission="schedule.write" onClick={() => setAsked("remove")}>
              {t("remove")}
            </AllowedButton>
            <AllowedButton permission="schedule.write" variant="primary" onClick={() => void navigate(`/schedules/${encodeURIComponent(schedule.name)}/edit`)}>
              {t("edit")}
            </AllowedButton>
          </SpaceBetween>
        }
      >
        <Name of={schedule.name} />
      </Header>
      {schedule.suspended ? (
        <Alert type="error" header={t("suspendedWhy")}>
          {plain(schedule.suspended)}
        </Alert>
      ) : null}
      <Container header={<Header variant="h2">{t("about")}</Header>}>
        <KeyValuePairs
          columns={3}
          items={[
            { label: t("state"), value: <Standing of={schedule} /> },
            { label: t("action"), value: schedule.action },
            { label: t("filter"), value: <Inside href={`/inventory?filter=${encodeURIComponent(schedule.filter)}`}>{plain(schedule.filter)}</Inside> },
            { label: t("when"), value: <When cron={schedule.cron} /> },
            { label: t("zone"), value: schedule.time_zone },
            { label: t("actsAs"), value: <Name of={schedule.acts_as} /> },
            { label: t("daysOff"), value: schedule.skip.join(" · ") || "–" },
            { label: t("params"), value: Object.keys(schedule.params).length > 0 ? <code className="console-code">{plain(JSON.stringify(schedule.params))}</code> : "–" },
          ]}
        />
      </Container>
      <Container header={<Header variant="h2">{t("nextTimes")}</Header>}>
        {schedule.next_times.length > 0 ? (
          <ul>
            {schedule.next_times.map((at) => (
              <li key={at}>{format.instant(at)}</li>
            ))}
          </ul>
        ) : (
          t("noTimes")
        )}
      </Container>
      <Table
        header={<Header>{t("runs")}</Header>}
        ariaLabels={{ tableLabel: t("runs") }}
        items={schedule.runs}
        trackBy="id"
        resizableColumns
        columnDefinitions={[
          { id: "due", header: t("due"), isRowHeader: true, width: 220, cell: (run) => format.instant(run.due_at) },
          { id: "outcome", header: t("outcome"), width: 130, cell: (run) => <Status group="firing" word={run.outcome} /> },
          { id: "targets", header: t("targets"), width: 100, cell: (run) => format.number(run.targets) },
          { id: "asked", header: t("asked"), width: 110, cell: (run) => format.number(run.asked) },
          { id: "left", header: t("left"), width: 280, cell: (run) => plain(Object.entries(run.left).map(([why, n]) => `${why}: ${n}`).join(" · ")) || "–" },
          { id: "reason", header: t("reason"), width: 280, cell: (run) => (run.reason ? plain(run.reason) : "–") },
        ]}
        empty={<Empty title={t("noRuns")} />}
      />
      <CommandLine words={["mcm", "schedule", "show", schedule.name]} />
      {asked === "preview" ? <Preview name={schedule.name} written={writtenOf(schedule)} onClose={() => setAsked(null)} /> : null}
      {asked === "remove" ? (
        <FormDialog
          title={t("removeTitle", { name })}
          submit={t("remove")}
          busy={removing.isPending}
          error={removing.error}
          onSubmit={() => removing.mutate()}
          onClose={() => setAsked(null)}
          command={["schedule", "delete", schedule.name]}
        >
          {t("removeWhat")}
        </FormDialog>
      ) : null}
    </SpaceBetween>
  );
}
