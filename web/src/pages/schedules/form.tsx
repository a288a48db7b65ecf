import { useState } from "react";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import TimeInput from "@cloudscape-design/components/time-input";
import Toggle from "@cloudscape-design/components/toggle";
import { useNavigate } from "react-router";

import { put } from "../../api/client";
import { useTexts } from "../../i18n/use-texts";
import { useParams } from "../../parts/acting/use-params";
import { useActionOptions, useActions } from "../../parts/actions";
import { AllowedButton } from "../../parts/allowed-button";
import { Choice, Typed } from "../../parts/choice";
import { FilterField, WhatFits } from "../../parts/filter-field";
import { PageForm } from "../../parts/page-form";
import { plain } from "../../parts/plain";
import { ProblemAlert } from "../../parts/problem-alert";
import { useChange } from "../../parts/use-change";
import { Preview, type Written } from "./preview";
import { texts } from "./texts";
import { cronOf, daysOffOf, simpleOf, WEEK } from "./times";

const NAME = /^[a-z0-9]([a-z0-9-]{0,62})$/;
const ZONES = ["UTC", ...Intl.supportedValuesOf("timeZone")];

/** name "": a new one. */
export function ScheduleForm({ name: given, version, start }: { name: string; version?: number; start: Written }) {
  const t = useTexts(texts);
  const navigate = useNavigate();
  const actions = useActions();
  const [name, setName] = useState(given);
  const [written, setWritten] = useState(start);
  const [simple, setSimple] = useState(() => simpleOf(start.cron));
  const [off, setOff] = useState(start.skip?.join("\n") ?? "");
  const [previewing, setPreviewing] = useState(false);
  const change = (part: Partial<Written>) => setWritten((before) => ({ ...before, ...part }));
  // The API takes what can be taken back only: nothing that destroys, and nothing that makes.
  const usable = (actions.data ?? []).filter((each) => !each.on_account && !each.destructive);
  const action = usable.find((each) => each.id === written.action);
  const options = useActionOptions(usable);
  const { params, lacking, form } = useParams(action, { action: start.action, params: start.params ?? {} });
  const { days, wrong } = daysOffOf(off);
  const cron = simple ? cronOf(simple) : written.cron.trim();
  const body: Written = { ...written, cron, skip: days, params };
  const lacks = !NAME.test(name)
    ? t("nameWrong")
    : !action
      ? t("lackAction")
      : !written.filter.trim()
        ? t("lackFilter")
        : !cron
          ? t("lackTime")
          : lacking
            ? t("lackParams")
            : wrong
              ? t("daysOffWrong", { text: wrong })
              : "";
  const there = `/schedules/${encodeURIComponent(name)}`;
  const saving = useChange({
    id: `schedule ${name}`,
    run: () => put("/api/v1/schedules/{name}", { path: { name }, body, ...(version === undefined ? {} : { ifMatch: version }) }),
    said: () => t("saved", { name: plain(name) }),
    touches: ["schedules"],
    onDone: () => void navigate(there),
    quiet: true,
  });

  return (
    <PageForm
      title={given ? t("editTitle", { name: plain(given) }) : t("newTitle")}
      submit={t("save")}
      permission="schedule.write"
      unless={lacks}
      busy={saving.isPending}
      error={saving.error}
      back={given ? there : "/schedules"}
      onSubmit={() => saving.mutate()}
      actions={
        <AllowedButton permission="schedule.write" unless={lacks} formAction="none" onClick={() => setPreviewing(true)}>
          {t("tryIt")}
        </AllowedButton>
      }
    >
      {actions.error ? <ProblemAlert error={actions.error} onRetry={() => void actions.refetch()} /> : null}
      <Container>
        <SpaceBetween size="m">
          {given ? null : <Typed label={t("name")} value={name} onChange={setName} hint={t("nameHint")} />}
          <Choice field label={t("action")} value={written.action} options={options} onChange={(to) => change({ action: to })} />
          {form}
          <FilterField label={t("filter")} value={written.filter} onChange={(filter) => change({ filter })} />
          <WhatFits filter={written.filter} kind={action?.kind ?? ""} />
        </SpaceBetween>
      </Container>
      <Container header={<Header variant="h2">{t("when")}</Header>}>
        <SpaceBetween size="m">
          <SegmentedControl
            label={t("when")}
            selectedId={simple ? "simple" : "cron"}
            options={[
              { id: "simple", text: t("simple") },
              { id: "cron", text: t("cron") },
            ]}
            onChange={({ detail }) => {
              if (detail.selectedId === "cron") change({ cron: cron || written.cron });
              setSimple(detail.selectedId === "cron" ? null : (simpleOf(written.cron) ?? { days: [1, 2, 3, 4, 5], time: "20:00" }));
            }}
          />
          {simple ? (
            <>
              <FormField label={t("weekdays")}>
                <SpaceBetween direction="horizontal" size="m">
                  {WEEK.map(({ number, name: day }) => (
                    <Checkbox
                      key={number}
                      checked={simple.days.includes(number)}
                      onChange={({ detail }) => setSimple({ ...simple, days: detail.checked ? [...simple.days, number] : simple.days.filter((each) => each !== number) })}
                    >
                      {t(day)}
                    </Checkbox>
                  ))}
                </SpaceBetween>
              </FormField>
              <FormField label={t("time")}>
                <TimeInput value={simple.time} format="hh:mm" onChange={({ detail }) => setSimple({ ...simple, time: detail.value })} />
              </FormField>
            </>
          ) : (
            <Typed label={t("cron")} hint={t("cronHint")} value={written.cron} onChange={(to) => change({ cron: to })} />
          )}
          <Choice field label={t("zone")} value={written.time_zone ?? "UTC"} options={[...new Set([written.time_zone ?? "UTC", ...ZONES])].map((zone) => ({ value: zone, label: zone }))} onChange={(zone) => change({ time_zone: zone })} />
          <FormField label={t("daysOff")} description={t("daysOffHint")} errorText={wrong ? t("daysOffWrong", { text: wrong }) : ""} stretch>
            <Textarea value={off} rows={3} onChange={({ detail }) => setOff(detail.value)} />
          </FormField>
          <Toggle checked={written.enabled ?? true} onChange={({ detail }) => change({ enabled: detail.checked })}>
            {t("enabled")}
          </Toggle>
        </SpaceBetween>
      </Container>
      {previewing ? <Preview name={name} written={body} onClose={() => setPreviewing(false)} /> : null}
    </PageForm>
  );
}
