import { useState } from "react";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";

import { post } from "../../api/client";
import { useSession } from "../../api/session";
import { useFormat } from "../../i18n/format";
import { useTerm, useTexts } from "../../i18n/use-texts";
import { AllowedButton } from "../../parts/allowed-button";
import { FormDialog } from "../../parts/form-dialog";
import { useChange } from "../../parts/use-change";
import { APPLICABLE, type PlanDetail, ENDED, targetsOf } from "./standing";
import { texts } from "./texts";

type Asked = "approve" | "reject" | "apply" | null;
const TOUCHED = ["plans", "operations", "recycled"];

export function Deciding({ plan }: { plan: PlanDetail }) {
  const t = useTexts(texts);
  const term = useTerm();
  const session = useSession();
  const [asked, setAsked] = useState<Asked>(null);
  const close = () => setAsked(null);
  const path = { plan_id: plan.id };
  const retry = useChange({
    id: plan.id,
    run: () => post("/api/v1/plans/{plan_id}/retry", { path }),
    said: (answer) => t("retried", { n: answer.retried }),
    touches: TOUCHED,
  });
  const takeBack = useChange({
    id: plan.id,
    run: () => post("/api/v1/plans/{plan_id}/cancel", { path }),
    said: () => t("takenBack"),
    touches: TOUCHED,
  });
  const standing = t("isStatus", { status: term("plan", plan.status) });
  const waiting = plan.status === "awaiting_approval";
  const cannotDecide = !waiting ? standing : plan.requested_by === session.user ? t("ownPlan") : "";
  const failed = plan.counts["failed"] ?? 0;
  return (
    <div data-tour="deciding">
      <SpaceBetween direction="horizontal" size="xs">
        <AllowedButton permission="plan.approve" unless={cannotDecide} variant={waiting ? "primary" : "normal"} onClick={() => setAsked("approve")}>
          {t("approve")}
        </AllowedButton>
        <AllowedButton permission="plan.approve" unless={cannotDecide} onClick={() => setAsked("reject")}>
          {t("reject")}
        </AllowedButton>
        <AllowedButton
          permission="operation.run"
          unless={APPLICABLE.has(plan.status) ? "" : standing}
          variant={waiting ? "normal" : "primary"}
          onClick={() => setAsked("apply")}
        >
          {t("apply")}
        </AllowedButton>
        <AllowedButton permission="operation.run" unless={failed > 0 ? "" : t("noneFailed")} loading={retry.isPending} onClick={() => retry.mutate()}>
          {t("retry")}
        </AllowedButton>
        <AllowedButton
          permission="operation.run"
          unless={ENDED.has(plan.status) || plan.status === "applying" ? standing : ""}
          loading={takeBack.isPending}
          onClick={() => takeBack.mutate()}
        >
          {t("takeBack")}
        </AllowedButton>
      </SpaceBetween>
      {asked === "approve" ? <Approve plan={plan} onClose={close} /> : null}
      {asked === "reject" ? <Reject plan={plan} onClose={close} /> : null}
      {asked === "apply" ? <Apply plan={plan} onClose={close} /> : null}
    </div>
  );
}

interface Props {
  plan: PlanDetail;
  onClose(): void;
}

/** Bound to the hash of the plan as it stood when the dialog opened, whatever has come in since. */
function Approve({ plan, onClose }: Props) {
  const t = useTexts(texts);
  const format = useFormat();
  const [hash] = useState(plan.hash);
  const change = useChange({
    id: plan.id,
    run: () => post("/api/v1/plans/{plan_id}/approve", { path: { plan_id: plan.id }, body: { hash } }),
    said: () => t("approved"),
    touches: TOUCHED,
    onDone: onClose,
    quiet: true,
  });
  return (
    <FormDialog
      title={t("approveTitle")}
      submit={t("approve")}
      busy={change.isPending}
      error={change.error}
      onSubmit={() => change.mutate()}
      onClose={onClose}
      command={["plan", "approve", plan.id, "--hash", hash]}
    >
      <p>{t("approveWhat", { action: plan.action, n: targetsOf(plan), at: format.instant(plan.expires_at) })}</p>
      <code className="console-code">{hash}</code>
    </FormDialog>
  );
}

function Reject({ plan, onClose }: Props) {
  const t = useTexts(texts);
  const [reason, setReason] = useState("");
  const change = useChange({
    id: plan.id,
    run: () => post("/api/v1/plans/{plan_id}/reject", { path: { plan_id: plan.id }, body: { reason: reason.trim() } }),
    said: () => t("rejected"),
    touches: TOUCHED,
    onDone: onClose,
    quiet: true,
  });
  return (
    <FormDialog
      title={t("rejectTitle")}
      submit={t("reject")}
      busy={change.isPending}
      error={change.error}
      unless={reason.trim() ? "" : t("rejectLacks")}
      onSubmit={() => change.mutate()}
      onClose={onClose}
      command={["plan", "reject", plan.id, "--reason", reason.trim()]}
    >
      <FormField label={t("rejectWhy")} stretch>
        <Textarea value={reason} rows={3} onChange={({ detail }) => setReason(detail.value)} />
      </FormField>
    </FormDialog>
  );
}

function Apply({ plan, onClose }: Props) {
  const t = useTexts(texts);
  const change = useChange({
    id: plan.id,
    run: () => post("/api/v1/plans/{plan_id}/apply", { path: { plan_id: plan.id } }),
    said: () => t("applied"),
    touches: [...TOUCHED, "resources"],
    onDone: onClose,
    quiet: true,
  });
  return (
    <FormDialog
      title={t("applyTitle")}
      submit={t("apply")}
      busy={change.isPending}
      error={change.error}
      onSubmit={() => change.mutate()}
      onClose={onClose}
      command={["plan", "apply", plan.id]}
      {...(plan.destructive ? { confirm: plan.action } : {})}
    >
      <p>{t("applyWhat", { action: plan.action, n: targetsOf(plan) })}</p>
      {plan.destructive ? <p>{t("noBack")}</p> : null}
    </FormDialog>
  );
}
