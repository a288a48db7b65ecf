import type { Schemas } from "../../../api/types";

export type Rule = Schemas["RateRuleItem"];
type Write = Schemas["RateRuleWrite"];
export const KINDS = ["discount", "fixed", "markup"] as const;
export const ITEMS = ["compute", "storage", "snapshot", "egress", "transfer", "public_ip", "load_balancer", "licence", "support"] as const;
export const OPTIONS = ["on_demand", "reserved", "savings_plan", "spot", "subscription", "internal"] as const;
const COMMITTED: readonly string[] = ["reserved", "savings_plan", "subscription"];
export const UNITS = ["hour", "month", "vcpu_hour", "gib_month", "gb", "share"] as const;
export const SELECTING = ["provider", "region", "item", "sku", "family", "option", "operating_system", "term_months", "account", "tenant"] as const;

/** As it is typed: every field a text. */
export interface Written {
  name: string;
  kind: (typeof KINDS)[number];
  percent: string;
  unit_price: string;
  currency: string;
  unit: string;
  provider: string;
  region: string;
  item: string;
  sku: string;
  family: string;
  option: string;
  operating_system: string;
  term_months: string;
  account: string;
  tenant: string;
  reference: string;
  valid_from: string;
  valid_to: string;
}
/** Which sentence stands at which field. */
export type Lacks = Partial<Record<keyof Written, "lackName" | "lackPercent" | "lackPrice" | "lackCurrency" | "lackSku" | "lackItem" | "lackOption" | "lackTerm" | "noTerm" | "termNumber" | "lackDay" | "lackOrder">>;

export function writtenOf(rule: Rule | undefined, today: string): Written {
  const text = (value: string | null | undefined) => value ?? "";
  return {
    name: text(rule?.name), kind: rule?.kind ?? "discount", percent: text(rule?.percent), unit_price: text(rule?.unit_price),
    currency: text(rule?.currency), unit: rule?.unit ?? "hour", provider: text(rule?.provider), region: text(rule?.region),
    item: text(rule?.item), sku: text(rule?.sku), family: text(rule?.family), option: text(rule?.option),
    operating_system: text(rule?.operating_system), term_months: text(rule?.term_months?.toString()),
    account: text(rule?.account), tenant: text(rule?.tenant), reference: text(rule?.reference),
    valid_from: rule?.valid_from ?? today, valid_to: text(rule?.valid_to),
  };
}

const NUMBER = /^\d{1,20}(\.\d{1,18})?$/;
const ZERO = /^0*(\.0*)?$/;

/** What the server would refuse, at the field that it is about. */
export function lacksOf(of: Written): Lacks {
  const found: Lacks = {};
  const day = (text: string) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`));
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(of.name.trim())) found.name = "lackName";
  if (of.kind === "fixed") {
    if (!NUMBER.test(of.unit_price.trim())) found.unit_price = "lackPrice";
    if (!/^[A-Z]{3}$/.test(of.currency.trim())) found.currency = "lackCurrency";
    if (!of.sku.trim()) found.sku = "lackSku";
    if (!of.item) found.item = "lackItem";
    if (!of.option) found.option = "lackOption";
  } else {
    const percent = of.percent.trim();
    if (!NUMBER.test(percent) || ZERO.test(percent) || Number(percent) > (of.kind === "discount" ? 100 : 1000)) found.percent = "lackPercent";
  }
  const term = of.term_months.trim();
  if (term && !(/^\d{1,3}$/.test(term) && Number(term) >= 1 && Number(term) <= 120)) found.term_months = "termNumber";
  else if (term && of.option && !COMMITTED.includes(of.option)) found.term_months = "noTerm";
  else if (!term && of.kind === "fixed" && COMMITTED.includes(of.option)) found.term_months = "lackTerm";
  if (!day(of.valid_from.trim())) found.valid_from = "lackDay";
  if (of.valid_to.trim() && !day(of.valid_to.trim())) found.valid_to = "lackDay";
  else if (of.valid_to.trim() && !found.valid_from && of.valid_to.trim() < of.valid_from.trim()) found.valid_to = "lackOrder";
  return found;
}

/** As the API wants it: what does not belong to the kind is left out. before: the rule that is changed. */
export function bodyOf(of: Written, before?: Rule): Write {
  const given = (text: string) => text.trim() || null;
  const fixed = of.kind === "fixed";
  return {
    name: of.name.trim(),
    kind: of.kind,
    percent: fixed ? null : given(of.percent),
    unit_price: fixed ? given(of.unit_price) : null,
    currency: fixed ? given(of.currency) : null,
    unit: fixed ? (UNITS.find((each) => each === of.unit) ?? null) : null,
    provider: given(of.provider),
    region: given(of.region),
    item: ITEMS.find((each) => each === of.item) ?? null,
    sku: given(of.sku),
    family: given(of.family),
    option: OPTIONS.find((each) => each === of.option) ?? null,
    operating_system: given(of.operating_system),
    term_months: given(of.term_months) ? Number(of.term_months.trim()) : null,
    // Several tenants may have one name: who was meant before is meant still.
    account: before?.account_id && of.account === before.account ? before.account_id : given(of.account),
    tenant: before?.tenant_id && of.tenant === before.tenant ? before.tenant_id : given(of.tenant),
    reference: of.reference.trim(),
    valid_from: of.valid_from.trim(),
    valid_to: given(of.valid_to),
  };
}
