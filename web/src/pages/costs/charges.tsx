import { useState } from "react";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";

import { get } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { useMoney } from "../../i18n/money";
import { useTexts } from "../../i18n/use-texts";
import { Choice } from "../../parts/choice";
import { Inside } from "../../parts/links";
import { Listing } from "../../parts/listing";
import { Amount, useMoneyWord } from "../../parts/money";
import { Name } from "../../parts/name";
import { plain } from "../../parts/plain";
import { Empty } from "../../parts/states";
import { useMonths } from "./choices";
import { texts } from "./texts";

/** Charges as they were billed, each with the import and the line that brought it. */
export default function Charges() {
  const t = useTexts(texts);
  const format = useFormat();
  const money = useMoney();
  const word = useMoneyWord();
  const [params, setParams] = useSearchParams();
  const months = params.getAll("month").filter(Boolean);
  const filter = params.getAll("filter").filter(Boolean);
  const flag = params.get("flag") ?? "";
  const cursor = params.get("cursor") ?? "";
  const known = useMonths().data?.items ?? [];
  const query = { ...(months.length > 0 ? { month: months } : {}), ...(filter.length > 0 ? { filter } : {}), ...(flag ? { flag } : {}) };
  const found = useQuery({
    queryKey: ["costs", "charges", query, cursor],
    queryFn: ({ signal }) => get("/api/v1/charges", { query: { ...query, ...(cursor ? { cursor } : {}) }, signal }),
  });
  function change(name: string, values: readonly string[]) {
    const after = new URLSearchParams(params);
    for (const gone of [name, "cursor", "page"]) after.delete(gone);
    for (const value of values) after.append(name, value);
    setParams(after);
  }
  return (
    <Listing
      of={found}
      title={t("chargesTitle")}
      subtitle={t("chargesHint")}
      pagesOf={JSON.stringify(query)}
      trackBy={(each) => String(each.id)}
      filter={
        <div className="console-choices">
          <Choice
            field
            label={t("month")}
            value={months[0] ?? ""}
            options={[{ value: "", label: t("anyMonth") }, ...[...new Set([...months, ...known.map((each) => each.month)])].toSorted().toReversed().map((each) => ({ value: each, label: money.month(each) }))]}
            onChange={(month) => change("month", month ? [month] : [])}
          />
          <FilterText key={filter.join("\n")} values={filter} onChange={(values) => change("filter", values)} />
        </div>
      }
      columns={[
        { id: "service", header: t("service"), isRowHeader: true, width: 170, cell: (each) => <Name of={each.service_name ?? "–"} /> },
        { id: "billed", header: t("billed"), width: 170, cell: (each) => <Amount of={each.billed_cost} currency={each.currency} /> },
        { id: "effective", header: t("effective"), width: 170, cell: (each) => <Amount of={each.effective_cost} currency={each.currency} /> },
        { id: "account", header: t("account"), width: 130, cell: (each) => <Name of={each.account} /> },
        { id: "region", header: t("region"), width: 110, cell: (each) => <Name of={each.region_id ?? "–"} /> },
        {
          id: "resource",
          header: t("resource"),
          width: 180,
          cell: (each) => (each.resource_id ? <Inside href={`/resources/${each.resource_id}`}><Name of={each.resource_name ?? each.native_id ?? each.resource_id} /></Inside> : <Name of={each.resource_name ?? each.native_id ?? "–"} />),
        },
        { id: "quantity", header: t("quantity"), width: 130, cell: (each) => (each.pricing_quantity ? `${money.decimal(each.pricing_quantity)} ${plain(each.pricing_unit ?? "")}` : "–") },
        { id: "from", header: t("from"), width: 200, cell: (each) => format.instant(each.charge_start) },
        { id: "until", header: t("until"), width: 200, cell: (each) => format.instant(each.charge_end) },
        { id: "category", header: t("category"), width: 110, cell: (each) => <Name of={each.charge_category} /> },
        { id: "basis", header: t("basis"), width: 110, cell: (each) => word("basis", each.basis) },
        { id: "tags", header: t("tags"), width: 200, cell: (each) => (each.tags ? <Name of={Object.entries(each.tags).map(([key, value]) => `${key}=${String(value)}`).join(" ")} /> : "–") },
        { id: "flags", header: t("flags"), width: 200, cell: (each) => plain(each.flags.join(" ")) || "–" },
        { id: "import", header: t("import"), width: 140, cell: (each) => <Inside href={`/charge-imports/${each.import_id}`}>{t("lineOf", { n: each.line })}</Inside> },
      ]}
      empty={<Empty title={t("noCharges")} />}
    />
  );
}

function FilterText({ values, onChange }: { values: readonly string[]; onChange(values: string[]): void }) {
  const t = useTexts(texts);
  const [typed, setTyped] = useState(values.map(quoted).join(" "));
  const send = () => onChange(partsOf(typed));
  return (
    <FormField label={t("filter")} description={t("filterHint")}>
      <Input type="search" value={typed} onChange={({ detail }) => setTyped(detail.value)} onKeyDown={({ detail }) => detail.key === "Enter" && send()} />
    </FormField>
  );
}

const quoted = (text: string) => (/\s/.test(text) ? `"${text}"` : text);

/** `a=b "c=d e"` as two. */
function partsOf(typed: string): string[] {
  return [...typed.matchAll(/"([^"]*)"|(\S+)/g)].map((each) => each[1] ?? each[2] ?? "").filter(Boolean);
}
