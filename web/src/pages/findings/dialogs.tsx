import { useState } from "react";
import DateInput from "@cloudscape-design/components/date-input";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useNavigate } from "react-router";

import { post } from "../../api/client";
import { useTexts } from "../../i18n/use-texts";
import { Typed } from "../../parts/choice";
import { dayOf } from "../../parts/day";
import { faultsOf } from "../../parts/faults";
import { FormDialog } from "../../parts/form-dialog";
import { Optional } from "../../parts/optional";
import { plain } from "../../parts/plain";
import { useChange } from "../../parts/use-change";
import { type Finding, useActionOf } from "./saving";
import { texts } from "./texts";

/** Leads to the plan, where it is looked at, approved and applied like every other. */
export function PlanDialog({ of, onClose, onDone }: { of: readonly Finding[]; onClose(): void; onDone?(): void }) {
  const t = useTexts(texts);
  const navigate = useNavigate();
  const actionOf = useActionOf();
  const [note, setNote] = useState("");
  const ids = of.map((each) => each.id);
  const change = useChange({
    id: "findings plan",
    run: () => post("/api/v1/findings/plan", { body: { findings: ids, note } }),
    said: ({ plans }) => (plans.length > 1 ? t("planned", { n: plans.length }) : ""),
    touches: ["plans", "findings"],
    onDone: ({ plans }) => {
      onClose();
      onDone?.();
      const [only] = plans;
      void navigate(plans.length === 1 && only ? `/plans/${only.id}` : "/plans");
    },
    quiet: true,
  });
  return (
    <FormDialog
      wide
      title={t("planTitle")}
      submit={t("plan")}
      busy={change.isPending}
      error={change.error}
      onSubmit={() => change.mutate()}
      onClose={onClose}
      command={["finding", "plan", ...ids, ...(note ? ["--note", note] : [])]}
    >
      <SpaceBetween size="m">
        <div>{t("planWhat")}</div>
        <ul className="console-plain-list console-results">
          {of.map((each) => (
            <li key={each.id}>
              <bdi>{plain(each.name || each.resource_id)}</bdi> – {actionOf(each)}
            </li>
          ))}
        </ul>
        <Typed label={t("note")} hint={t("noteHint")} value={note} onChange={setNote} />
      </SpaceBetween>
    </FormDialog>
  );
}

export function DismissDialog({ of, onClose }: { of: Finding; onClose(): void }) {
  const t = useTexts(texts);
  const [reason, setReason] = useState("");
  const [typed, setTyped] = useState("");
  const day = dayOf(typed);
  const today = new Date().toISOString().slice(0, 10);
  const odd = typed !== "" && (!day || day <= today);
  const change = useChange({
    id: `finding ${of.id}`,
    run: () => post("/api/v1/findings/{finding_id}/dismiss", { path: { finding_id: of.id }, body: { reason: reason.trim(), ...(day ? { until: `${day}T00:00:00Z` } : {}) } }),
    said: () => t("dismissed"),
    touches: ["findings"],
    onDone: onClose,
    quiet: true,
  });
  const faults = faultsOf(change.error);
  return (
    <FormDialog
      title={t("dismissTitle")}
      submit={t("dismiss")}
      busy={change.isPending}
      error={change.error}
      unless={!reason.trim() ? t("lackReason") : odd ? t("lackDay") : ""}
      onSubmit={() => change.mutate()}
      onClose={onClose}
      command={["finding", "dismiss", of.id, "--reason", reason.trim() || "…", ...(day ? ["--until", `${day}T00:00:00Z`] : [])]}
    >
      <SpaceBetween size="m">
        <div>{t("dismissWhat")}</div>
        <Typed label={t("reason")} value={reason} error={faults["reason"] ?? ""} onChange={setReason} />
        <FormField label={<Optional>{t("until")}</Optional>} description={t("untilHint")} errorText={odd ? t("lackDay") : (faults["until"] ?? "")}>
          <DateInput value={typed} onChange={({ detail }) => setTyped(detail.value)} />
        </FormField>
      </SpaceBetween>
    </FormDialog>
  );
}
