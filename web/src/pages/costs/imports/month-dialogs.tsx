import { type ReactNode, useState } from "react";
import Alert from "@cloudscape-design/components/alert";

import { post } from "../../../api/client";
import type { Schemas } from "../../../api/types";
import { useMoney } from "../../../i18n/money";
import { useTexts } from "../../../i18n/use-texts";
import { Choice, Typed } from "../../../parts/choice";
import { FormDialog } from "../../../parts/form-dialog";
import { plain } from "../../../parts/plain";
import { useChange } from "../../../parts/use-change";
import { useAccountOptions } from "./accounts";
import { texts } from "./texts";

interface Props {
  of: Schemas["MonthDetail"];
  onClose(): void;
}

/** What cannot be undone: the month is typed, and its totals stand there. */
export function Closing({ of, onClose, children }: Props & { children: ReactNode }) {
  const t = useTexts(texts);
  const money = useMoney();
  const month = money.month(of.month);
  const closing = useChange({
    id: `month ${of.month}`,
    run: () => post("/api/v1/cost-months/{month}/close", { path: { month: of.month }, ...(of.version > 0 ? { ifMatch: of.version } : {}) }),
    said: () => t("closedNow", { month }),
    touches: ["costs"],
    onDone: onClose,
    quiet: true,
  });
  return (
    <FormDialog wide title={t("closeTitle", { month })} submit={t("close")} confirm={of.month} busy={closing.isPending} error={closing.error} onSubmit={() => closing.mutate()} onClose={onClose} command={["charge", "close", of.month]}>
      {t("closeWhat")}
      {of.reconciliations.length === 0 ? <Alert type="warning">{t("closeUnreconciled")}</Alert> : null}
      {children}
    </FormDialog>
  );
}

export function Reconciling({ of, onClose }: Props) {
  const t = useTexts(texts);
  const money = useMoney();
  const accounts = useAccountOptions();
  const [written, setWritten] = useState({ account: "", currency: of.totals[0]?.currency ?? "", invoice: "", total: "", remainder_name: "" });
  const change = (part: Partial<typeof written>) => setWritten({ ...written, ...part });
  const lacks = written.account && written.currency && written.invoice.trim() && written.total.trim() ? "" : t("lackFields");
  const reconciling = useChange({
    id: `reconcile ${of.month}`,
    run: () => post("/api/v1/cost-months/{month}/reconciliations", { path: { month: of.month }, body: { ...written, remainder_name: written.remainder_name.trim() || null } }),
    said: () => t("reconciled"),
    touches: ["costs"],
    onDone: onClose,
    quiet: true,
  });
  return (
    <FormDialog
      title={t("reconcileTitle", { month: money.month(of.month) })}
      submit={t("reconcile")}
      unless={lacks}
      busy={reconciling.isPending}
      error={reconciling.error}
      onSubmit={() => reconciling.mutate()}
      onClose={onClose}
      command={["charge", "reconcile", of.month, "--account", written.account || "ACCOUNT", "--total", written.total || "0", "--currency", written.currency, "--invoice", written.invoice || "INVOICE", ...(written.remainder_name ? ["--remainder-name", written.remainder_name] : [])]}
    >
      <div>{t("standing", { amounts: of.totals.map((each) => money.exact(each.billed, each.currency)).join(" · ") || "–" })}</div>
      <Choice field label={t("account")} value={written.account} options={accounts} onChange={(account) => change({ account })} />
      <Typed label={t("invoice")} value={written.invoice} onChange={(invoice) => change({ invoice })} />
      <Typed label={t("invoiceTotal")} example="119.00" value={written.total} onChange={(total) => change({ total })} />
      <Typed label={t("currency")} example="CNY" value={written.currency} onChange={(currency) => change({ currency: currency.toUpperCase() })} />
      <Typed label={t("remainderName")} hint={t("remainderHint")} value={written.remainder_name} onChange={(remainder_name) => change({ remainder_name })} />
    </FormDialog>
  );
}

export function Correcting({ of, onClose }: Props) {
  const t = useTexts(texts);
  const money = useMoney();
  const accounts = useAccountOptions();
  const [written, setWritten] = useState({ account: "", currency: of.totals[0]?.currency ?? "", amount: "", reason: "" });
  const change = (part: Partial<typeof written>) => setWritten({ ...written, ...part });
  const correcting = useChange({
    id: `correct ${of.month}`,
    run: () => post("/api/v1/cost-months/{month}/corrections", { path: { month: of.month }, body: { ...written, category: "Adjustment" } }),
    said: () => t("corrected"),
    touches: ["costs"],
    onDone: onClose,
    quiet: true,
  });
  return (
    <FormDialog
      title={t("correctTitle", { month: money.month(of.month) })}
      submit={t("correct")}
      unless={Object.values(written).every((each) => each.trim()) ? "" : t("lackFields")}
      busy={correcting.isPending}
      error={correcting.error}
      onSubmit={() => correcting.mutate()}
      onClose={onClose}
      command={["charge", "correct", of.month, "--account", written.account || "ACCOUNT", "--amount", written.amount || "0", "--currency", written.currency, "--reason", written.reason || "…"]}
    >
      {t("correctWhat")}
      <Choice field label={t("account")} value={written.account} options={accounts} onChange={(account) => change({ account })} />
      <Typed label={t("amount")} hint={t("amountHint")} example="-3.25" value={written.amount} onChange={(amount) => change({ amount })} />
      <Typed label={t("currency")} example="CNY" value={written.currency} onChange={(currency) => change({ currency: currency.toUpperCase() })} />
      <Typed label={t("reason")} value={written.reason} onChange={(reason) => change({ reason })} />
    </FormDialog>
  );
}

/** A dry run first; what it answers stands in the dialog, and a second press charges. */
export function Metering({ of, onClose }: Props) {
  const t = useTexts(texts);
  const money = useMoney();
  const [tried, setTried] = useState<Schemas["MeteringResult"] | null>(null);
  const metering = useChange({
    id: `meter ${of.month}`,
    run: () => post("/api/v1/cost-months/{month}/metering", { path: { month: of.month }, query: { dry_run: tried === null }, body: {} }),
    said: (answer) => (answer.dry_run ? "" : t("metered")),
    touches: ["costs"],
    onDone: (answer) => {
      if (answer.dry_run) setTried(answer);
      else onClose();
    },
    quiet: true,
  });
  const amounts = (each: Schemas["MeteredItem"]) => each.parts.map((part) => money.money(part.billed, part.currency)).join(" · ");
  return (
    <FormDialog
      title={t("meterTitle", { month: money.month(of.month) })}
      submit={tried ? t("meter") : t("tryIt")}
      busy={metering.isPending}
      error={metering.error}
      onSubmit={() => metering.mutate()}
      onClose={onClose}
      command={["charge", "meter", "--month", of.month, ...(tried ? [] : ["--dry-run"])]}
    >
      {t("meterWhat")}
      {tried ? (
        <Alert type="info" header={t("tried")}>
          <ul className="console-plain-list">
            {tried.items.map((each) => (
              <li key={each.account}>
                {each.skipped ? t("skipped", { account: plain(each.account), why: plain(each.skipped) }) : `${t("meteredOf", { account: plain(each.account), rows: each.rows })} ${amounts(each)}`}
              </li>
            ))}
          </ul>
        </Alert>
      ) : null}
    </FormDialog>
  );
}
