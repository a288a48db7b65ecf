import { useState } from "react";
import Toggle from "@cloudscape-design/components/toggle";
import { useNavigate } from "react-router";

import { put } from "../../../api/client";
import type { Schemas } from "../../../api/types";
import { useTexts } from "../../../i18n/use-texts";
import { Choice, Typed } from "../../../parts/choice";
import { FormDialog } from "../../../parts/form-dialog";
import { useMoneyWord } from "../../../parts/money";
import { plain } from "../../../parts/plain";
import { useChange } from "../../../parts/use-change";
import { COSTS } from "../state";
import { texts } from "./texts";

const USUAL = [
  { percent: 50, of: "actual" as const },
  { percent: 80, of: "actual" as const },
  { percent: 100, of: "actual" as const },
  { percent: 100, of: "forecast" as const },
];

/** of: the one to change; without it a new one. */
export function BudgetDialog({ of, onClose }: { of?: Schemas["BudgetDetail"]; onClose(): void }) {
  const t = useTexts(texts);
  const word = useMoneyWord();
  const navigate = useNavigate();
  const [name, setName] = useState(of?.name ?? "");
  const [written, setWritten] = useState({ amount: of?.amount ?? "", currency: of?.currency ?? "CNY", tenant: of?.tenant ?? "", cost: of?.cost === "effective" ? ("effective" as const) : ("billed" as const), enabled: of?.enabled ?? true });
  const change = (part: Partial<typeof written>) => setWritten({ ...written, ...part });
  const kept = of ? { only: of.only, thresholds: of.thresholds, since: of.since, until: of.until } : { only: {}, thresholds: USUAL };
  const saving = useChange({
    id: `budget ${name}`,
    run: () => put("/api/v1/budgets/{name}", { path: { name }, body: { ...kept, ...written, tenant: written.tenant.trim() || null }, ...(of ? { ifMatch: of.version } : {}) }),
    said: () => t("saved", { name: plain(name) }),
    touches: ["costs"],
    onDone: () => {
      onClose();
      if (!of) void navigate(`/budgets/${encodeURIComponent(name)}`);
    },
    quiet: true,
  });
  return (
    <FormDialog
      title={of ? t("edit") : t("create")}
      submit={t("save")}
      unless={name.trim() && written.amount.trim() && written.currency.trim() ? "" : t("lack")}
      busy={saving.isPending}
      error={saving.error}
      onSubmit={() => saving.mutate()}
      onClose={onClose}
      command={["budget", "apply", "-f", "budgets.yaml"]}
    >
      {of ? null : <Typed label={t("name")} hint={t("nameHint")} value={name} onChange={setName} />}
      <Typed label={t("amount")} example="50000" value={written.amount} onChange={(amount) => change({ amount })} />
      <Typed label={t("currency")} example="CNY" value={written.currency} onChange={(currency) => change({ currency: currency.toUpperCase() })} />
      <Typed label={t("tenant")} hint={t("tenantHint")} value={written.tenant} onChange={(tenant) => change({ tenant })} />
      <Choice field label={t("cost")} value={written.cost} options={COSTS.map((each) => ({ value: each, label: word("cost", each) }))} onChange={(cost) => change({ cost: cost === "effective" ? "effective" : "billed" })} />
      <Toggle checked={written.enabled} onChange={({ detail }) => change({ enabled: detail.checked })}>
        {t("on")}
      </Toggle>
      {of ? t("keeps") : t("standard")}
    </FormDialog>
  );
}
