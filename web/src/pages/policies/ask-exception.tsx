import { useState } from "react";
import FormField from "@cloudscape-design/components/form-field";
import DateInput from "@cloudscape-design/components/date-input";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { post } from "../../api/client";
import type { Schemas } from "../../api/types";
import { useTexts } from "../../i18n/use-texts";
import { Typed } from "../../parts/choice";
import { FormDialog } from "../../parts/form-dialog";
import { plain } from "../../parts/plain";
import { useChange } from "../../parts/use-change";
import { texts } from "./violation-texts";

export function AskException({ violation, onClose }: { violation: Schemas["ViolationItem"]; onClose(): void }) {
  const t = useTexts(texts);
  const [reason, setReason] = useState("");
  const [day, setDay] = useState("");
  const [approver, setApprover] = useState("");
  const expires = day.replaceAll("/", "-");
  const dated = /^\d{4}-\d{2}-\d{2}$/.test(expires) && !Number.isNaN(Date.parse(`${expires}T00:00:00Z`));
  const change = useChange({
    id: `exception ${violation.id}`,
    run: () =>
      post("/api/v1/exceptions", {
        body: { policy: violation.policy, resource: violation.resource, reason: reason.trim(), expires: `${expires}T00:00:00Z`, ...(approver.trim() ? { approver: approver.trim() } : {}) },
      }),
    said: () => t("asked"),
    touches: ["exceptions", "violations"],
    onDone: onClose,
    quiet: true,
  });
  return (
    <FormDialog
      title={t("askTitle", { policy: plain(violation.policy) })}
      submit={t("ask")}
      busy={change.isPending}
      error={change.error}
      unless={!reason.trim() ? t("lackReason") : !dated ? t("lackExpires") : ""}
      onSubmit={() => change.mutate()}
      onClose={onClose}
      command={["policy", "exceptions", "ask", violation.policy, "--resource", violation.resource, "--reason", reason.trim() || "…", "--expires", dated ? expires : "…", ...(approver.trim() ? ["--approver", approver.trim()] : [])]}
    >
      <SpaceBetween size="m">
        <div>{t("askWhat", { name: plain(violation.name) })}</div>
        <Typed label={t("reason")} value={reason} onChange={setReason} />
        <FormField label={t("expires")} description={t("expiresHint")}>
          <DateInput value={day} onChange={({ detail }) => setDay(detail.value)} />
        </FormField>
        <Typed label={t("approver")} value={approver} onChange={setApprover} hint={t("approverHint")} />
      </SpaceBetween>
    </FormDialog>
  );
}
