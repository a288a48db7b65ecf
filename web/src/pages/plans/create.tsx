import { type FormEvent, useState } from "react";
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { get, post } from "../../api/client";
import { useTexts } from "../../i18n/use-texts";
import { parametersOf, useActions } from "../../parts/actions";
import { AllowedButton } from "../../parts/allowed-button";
import { Choice, Typed } from "../../parts/choice";
import { CommandLine } from "../../parts/command-line";
import { FilterField, WhatFits } from "../../parts/filter-field";
import { ProblemAlert } from "../../parts/problem-alert";
import { useAddress } from "../../parts/use-address";
import { useChange } from "../../parts/use-change";
import { objectOf } from "./standing";
import { texts } from "./texts";

/** `filter`, or `resources` (ids), and `action` come in the address: other pages lead here with them. */
export default function NewPlan() {
  const t = useTexts(texts);
  const navigate = useNavigate();
  const { set, value } = useAddress();
  const [note, setNote] = useState("");
  const [typed, setTyped] = useState("");
  const actions = useActions();
  const limits = useQuery({ queryKey: ["plans", "limits"], queryFn: ({ signal }) => get("/api/v1/plans/limits", { signal }) });
  const [filter, id] = [value("filter"), value("action")];
  const resources = value("resources").split(",").filter(Boolean);
  const usable = (actions.data ?? []).filter((each) => !each.on_account);
  const action = usable.find((each) => each.id === id);
  const names = parametersOf(action);
  const params = objectOf(typed);
  const change = useChange({
    id: "new plan",
    run: () => post("/api/v1/plans", { body: { action: id, params: params ?? {}, note, ...(resources.length > 0 ? { resources } : { filter }) } }),
    touches: ["plans"],
    onDone: (made) => void navigate(`/plans/${made.id}`),
    quiet: true,
  });
  const lacks = !action ? t("lackAction") : resources.length === 0 && !filter.trim() ? t("lackFilter") : params === null ? t("notJson") : "";

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!lacks && !change.isPending) change.mutate();
  }

  return (
    <form onSubmit={submit}>
      <Form
        header={
          <Header variant="h1" description={t("newSubtitle")}>
            {t("newTitle")}
          </Header>
        }
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" formAction="none" onClick={() => void navigate("/plans")}>
              {t("cancel")}
            </Button>
            <AllowedButton permission="operation.run" unless={lacks} variant="primary" loading={change.isPending}>
              {t("make")}
            </AllowedButton>
          </SpaceBetween>
        }
      >
        <SpaceBetween size="l">
          {change.error ? <ProblemAlert error={change.error} /> : null}
          {actions.error ? <ProblemAlert error={actions.error} onRetry={() => void actions.refetch()} /> : null}
          {limits.data ? <Alert type="info">{t("belt", { n: limits.data.approval_above })}</Alert> : null}
          <Container>
            <SpaceBetween size="m">
              <Choice
                field
                label={t("action")}
                value={id}
                options={usable.map((each) => ({ value: each.id, label: each.id, description: each.effect }))}
                onChange={(to) => set({ action: to }, true)}
              />
              {names.length > 0 ? (
                <FormField label={t("params")} description={t("paramsHint", { names: names.join(", ") })} errorText={params === null ? t("notJson") : ""} stretch>
                  <Textarea value={typed} rows={3} onChange={({ detail }) => setTyped(detail.value)} />
                </FormField>
              ) : null}
              {resources.length > 0 ? (
                t("byIds", { n: resources.length })
              ) : (
                <FilterField label={t("which")} value={filter} onChange={(to) => set({ filter: to }, true)} />
              )}
              <Typed label={t("note")} value={note} onChange={setNote} />
            </SpaceBetween>
          </Container>
          {resources.length > 0 ? null : (
            <Container header={<Header variant="h2">{t("matching")}</Header>}>
              <WhatFits filter={filter} kind={action?.kind ?? ""} />
            </Container>
          )}
          <CommandLine
            words={["mcm", "plan", "create", "--action", id || "…", ...(resources.length > 0 ? resources : ["--filter", filter]), ...(note ? ["--note", note] : [])]}
          />
        </SpaceBetween>
      </Form>
    </form>
  );
}
