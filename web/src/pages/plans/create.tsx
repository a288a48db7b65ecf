import { type FormEvent, useState } from "react";
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { get, post } from "../../api/client";
import { useTexts } from "../../i18n/use-texts";
import { planWords } from "../../parts/acting/words";
import { useParams } from "../../parts/acting/use-params";
import { useActionOptions, useActions } from "../../parts/actions";
import { AllowedButton } from "../../parts/allowed-button";
import { Choice, Typed } from "../../parts/choice";
import { CommandLine } from "../../parts/command-line";
import { FilterField, WhatFits } from "../../parts/filter-field";
import { ProblemAlert } from "../../parts/problem-alert";
import { useAddress } from "../../parts/use-address";
import { useChange } from "../../parts/use-change";
import { texts } from "./texts";

/** `filter`, or `resources` (ids), and `action` come in the address: other pages lead here with them. */
export default function NewPlan() {
  const t = useTexts(texts);
  const navigate = useNavigate();
  const { set, value } = useAddress();
  const [note, setNote] = useState("");
  const actions = useActions();
  const limits = useQuery({ queryKey: ["plans", "limits"], queryFn: ({ signal }) => get("/api/v1/plans/limits", { signal }) });
  const [filter, id] = [value("filter"), value("action")];
  const resources = value("resources").split(",").filter(Boolean);
  const usable = (actions.data ?? []).filter((each) => !each.on_account);
  const action = usable.find((each) => each.id === id);
  const options = useActionOptions(usable);
  const { params, lacking, form } = useParams(action);
  const change = useChange({
    id: "new plan",
    run: () => post("/api/v1/plans", { body: { action: id, params, note, ...(resources.length > 0 ? { resources } : { filter }) } }),
    touches: ["plans"],
    onDone: (made) => void navigate(`/plans/${made.id}`),
    quiet: true,
  });
  const lacks = !action ? t("lackAction") : resources.length === 0 && !filter.trim() ? t("lackFilter") : lacking ? t("lackParams") : "";

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
                options={options}
                onChange={(to) => set({ action: to }, true)}
              />
              {form}
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
            words={["mcm", ...planWords(id || "…", resources, params), ...(resources.length > 0 ? [] : ["--filter", filter]), ...(note ? ["--note", note] : [])]}
          />
        </SpaceBetween>
      </Form>
    </form>
  );
}
