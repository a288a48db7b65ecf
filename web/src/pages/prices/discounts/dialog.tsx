import { useState } from "react";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { post, put } from "../../../api/client";
import { useTexts } from "../../../i18n/use-texts";
import { Choice, Typed } from "../../../parts/choice";
import { faultsOf } from "../../../parts/faults";
import { FormDialog } from "../../../parts/form-dialog";
import { useMoneyWord } from "../../../parts/money";
import { plain } from "../../../parts/plain";
import { useChange } from "../../../parts/use-change";
import { bodyOf, ITEMS, KINDS, lacksOf, OPTIONS, type Rule, UNITS, type Written, writtenOf } from "./rule";
import { texts } from "./texts";

/** of: the one to change; without it a new one. */
export function RuleDialog({ of, onClose }: { of?: Rule; onClose(): void }) {
  const t = useTexts(texts);
  const word = useMoneyWord();
  const [written, setWritten] = useState(() => writtenOf(of, new Date().toISOString().slice(0, 10)));
  // What is empty is not scolded before somebody has been there.
  const [touched, setTouched] = useState<ReadonlySet<keyof Written>>(new Set());
  const change = (name: keyof Written, to: string) => {
    setWritten((before) => ({ ...before, [name]: to }));
    setTouched((before) => new Set([...before, name]));
  };
  const lacks = lacksOf(written);
  const saving = useChange({
    id: `rate rule ${written.name}`,
    run: () =>
      of
        ? put("/api/v1/rate-rules/{name}", { path: { name: of.name }, body: bodyOf(written, of), ifMatch: of.version })
        : post("/api/v1/rate-rules", { body: bodyOf(written) }),
    said: (answer) => t("saved", { name: plain(answer.name) }),
    touches: ["prices", "costs"],
    onDone: onClose,
    quiet: true,
  });
  const faults = faultsOf(saving.error);
  const wrong = (name: keyof Written) => {
    const lack = touched.has(name) ? lacks[name] : undefined;
    return lack ? t(lack) : (faults[name] ?? "");
  };
  const typed = (name: keyof Written, label: string, more: { hint?: string; example?: string } = {}) => (
    <Typed label={label} value={written[name]} error={wrong(name)} onChange={(to) => change(name, name === "currency" ? to.toUpperCase() : to)} {...more} />
  );
  const chosen = (name: keyof Written, label: string, group: "item" | "option" | "unit", values: readonly string[], any = true) => (
    <FormField errorText={wrong(name)} stretch>
      <Choice field label={label} value={written[name]} options={[...(any ? [{ value: "", label: t("any") }] : []), ...values.map((each) => ({ value: each, label: word(group, each) }))]} onChange={(to) => change(name, to)} />
    </FormField>
  );
  const fixed = written.kind === "fixed";
  return (
    <FormDialog
      wide
      title={of ? t("editTitle", { name: plain(of.name) }) : t("create")}
      submit={t("save")}
      unless={Object.keys(lacks).length === 0 ? "" : of || touched.size > 0 ? t("lack") : t("lackName")}
      busy={saving.isPending}
      error={saving.error}
      onSubmit={() => saving.mutate()}
      onClose={onClose}
      command={["price", "discounts", "apply", "-f", "discounts.yaml"]}
    >
      <SpaceBetween size="m">
        <ColumnLayout columns={2}>
          {typed("name", t("name"), { hint: t("nameHint"), example: "enterprise-agreement" })}
          <Choice field label={t("kind")} value={written.kind} options={KINDS.map((each) => ({ value: each, label: t(each) }))} onChange={(to) => change("kind", to)} />
          {fixed ? typed("unit_price", t("unitPrice"), { example: "0.15" }) : typed("percent", t("percent"), { example: "12.5" })}
          {fixed ? typed("currency", t("currency"), { example: "EUR" }) : null}
          {fixed ? chosen("unit", t("unit"), "unit", UNITS, false) : null}
          {typed("reference", t("reference"))}
          {typed("valid_from", t("validFrom"), { example: "2026-01-31" })}
          {typed("valid_to", t("validTo"), { hint: t("validToHint"), example: "2026-12-31" })}
        </ColumnLayout>
        <Header variant="h3" description={t("forWhatHint")}>{t("forWhat")}</Header>
        <ColumnLayout columns={2}>
          {typed("provider", t("provider"))}
          {typed("region", t("region"))}
          {chosen("item", t("item"), "item", ITEMS)}
          {chosen("option", t("option"), "option", OPTIONS)}
          {typed("sku", t("sku"))}
          {typed("family", t("family"))}
          {typed("operating_system", t("operating_system"), { hint: t("systemHint"), example: "linux" })}
          {typed("term_months", t("term_months"), { hint: t("termHint"), example: "36" })}
          {typed("account", t("account"))}
          {typed("tenant", t("tenant"), { hint: t("tenantHint") })}
        </ColumnLayout>
      </SpaceBetween>
    </FormDialog>
  );
}
