import { useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import type { QueryOf } from "../../api/types";
import { useMoney } from "../../i18n/money";
import { useTexts } from "../../i18n/use-texts";
import { Choice } from "../../parts/choice";
import { CommandLine } from "../../parts/command-line";
import { Inside } from "../../parts/links";
import { Listing } from "../../parts/listing";
import { PriceAge, useMoneyWord } from "../../parts/money";
import { Name } from "../../parts/name";
import { plain } from "../../parts/plain";
import { Empty } from "../../parts/states";
import { TypedFilter } from "../../parts/typed-filter";
import { useAddress } from "../../parts/use-address";
import { texts } from "./texts";

const ITEMS = ["compute", "storage", "snapshot", "egress", "transfer", "public_ip", "load_balancer", "licence", "support"] as const;
const OPTIONS = ["on_demand", "reserved", "savings_plan", "spot", "subscription", "internal"] as const;
const TYPED = ["provider", "region", "sku", "vcpus", "on"] as const;

export default function Prices() {
  const t = useTexts(texts);
  const money = useMoney();
  const word = useMoneyWord();
  const { set, value } = useAddress();
  const cursor = value("cursor");
  const item = ITEMS.find((each) => each === value("item"));
  const option = OPTIONS.find((each) => each === value("option"));
  const query: QueryOf<"/api/v1/prices", "get"> = {
    ...(value("provider") ? { provider: value("provider") } : {}),
    ...(value("region") ? { region: [value("region")] } : {}),
    ...(value("sku") ? { sku: value("sku") } : {}),
    ...(value("vcpus") ? { vcpus: value("vcpus") } : {}),
    ...(value("on") ? { on: value("on") } : {}),
    ...(item ? { item } : {}),
    ...(option ? { option } : {}),
  };
  const found = useQuery({
    queryKey: ["prices", "points", query, cursor],
    queryFn: ({ signal }) => get("/api/v1/prices", { query: { ...query, ...(cursor ? { cursor } : {}) }, signal }),
  });
  const change = (name: string, to: string) => set({ [name]: to, cursor: "", page: "" });
  return (
    <Listing
      of={found}
      title={t("title")}
      subtitle={t("subtitle")}
      pagesOf={JSON.stringify(query)}
      trackBy={(each) => each.point_id}
      filter={
        <div className="console-choices">
          <Choice field label={t("item")} value={item ?? ""} options={[{ value: "", label: t("all") }, ...ITEMS.map((each) => ({ value: each as string, label: word("item", each) }))]} onChange={(to) => change("item", to)} />
          <Choice field label={t("option")} value={option ?? ""} options={[{ value: "", label: t("all") }, ...OPTIONS.map((each) => ({ value: each as string, label: word("option", each) }))]} onChange={(to) => change("option", to)} />
          {TYPED.map((name) => (
            <TypedFilter key={`${name} ${value(name)}`} label={t(name)} value={value(name)} example={name === "on" ? "2026-01-31" : ""} onChange={(to) => change(name, to)} />
          ))}
        </div>
      }
      columns={[
        { id: "sku", header: t("sku"), isRowHeader: true, width: 200, cell: (each) => <Name of={each.sku} /> },
        { id: "price", header: t("price"), width: 170, cell: (each) => <span className="console-amount">{money.exact(each.unit_price, each.currency)}</span> },
        { id: "per", header: t("per"), width: 120, cell: (each) => word("unit", each.unit) },
        { id: "option", header: t("option"), width: 140, cell: (each) => word("option", each.option) },
        { id: "term", header: t("term"), width: 110, cell: (each) => (each.term_months ? t("months", { n: each.term_months }) : "–") },
        { id: "item", header: t("item"), width: 130, cell: (each) => word("item", each.item) },
        { id: "provider", header: t("provider"), width: 110, cell: (each) => <Name of={each.provider} /> },
        { id: "region", header: t("region"), width: 140, cell: (each) => <Name of={each.region} /> },
        { id: "size", header: t("size"), width: 150, cell: (each) => (each.vcpus ? `${money.decimal(each.vcpus)} vCPU · ${money.decimal(each.memory_gib)} GiB` : plain(each.storage_class ?? "–")) },
        { id: "tier", header: t("tier"), width: 110, cell: (each) => money.decimal(each.tier_from) },
        { id: "upfront", header: t("upfront"), width: 130, cell: (each) => (/^0(\.0*)?$/.test(each.upfront) ? "–" : money.money(each.upfront, each.currency)) },
        { id: "basis", header: t("basis"), width: 120, cell: (each) => word("basis", each.basis) },
        { id: "list", header: t("listPrice"), width: 150, cell: (each) => (each.list_price === each.unit_price ? "–" : money.exact(each.list_price, each.currency)) },
        { id: "rules", header: t("rules"), width: 150, cell: (each) => <Name of={each.rules.join(", ") || "–"} /> },
        { id: "on", header: t("priceOf"), width: 250, cell: (each) => <PriceAge on={each.priced_on} days={each.age_days} seed={each.seed} /> },
        { id: "source", header: t("source"), width: 260, cell: (each) => <Inside href={`/price-lists/${each.list_id}`}><Name of={each.source} /></Inside> },
        { id: "flags", header: t("flags"), width: 120, cell: (each) => plain(each.flags.join(" ")) || "–" },
      ]}
      above={<CommandLine words={["mcm", "price", "points", ...Object.entries(query).flatMap(([name, of]) => [`--${name}`, String(of)])]} />}
      empty={<Empty title={t("noPrices")} hint={t("noPricesHint")} />}
    />
  );
}
