import { useState } from "react";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useQuery } from "@tanstack/react-query";

import { get, remove } from "../../../api/client";
import { useMoney } from "../../../i18n/money";
import { useTexts } from "../../../i18n/use-texts";
import { AllowedButton } from "../../../parts/allowed-button";
import { CommandLine } from "../../../parts/command-line";
import { FindHere, fits } from "../../../parts/find-here";
import { Age } from "../../../parts/freshness";
import { Listing } from "../../../parts/listing";
import { useMoneyWord } from "../../../parts/money";
import { Name } from "../../../parts/name";
import { plain } from "../../../parts/plain";
import { Removing } from "../../../parts/removing";
import { RowActions } from "../../../parts/row-actions";
import { Empty } from "../../../parts/states";
import { useAddress } from "../../../parts/use-address";
import { RuleDialog } from "./dialog";
import { type Rule, SELECTING } from "./rule";
import { texts } from "./texts";

type Asked = { what: "create" } | { what: "edit" | "remove"; rule: Rule };

export default function RateRules() {
  const t = useTexts(texts);
  const money = useMoney();
  const { value } = useAddress();
  const [asked, setAsked] = useState<Asked | null>(null);
  const [cursor, search] = [value("cursor"), value("search")];
  const close = () => setAsked(null);
  const selecting = useSelecting();
  const found = useQuery({
    queryKey: ["prices", "rules", cursor],
    queryFn: ({ signal }) => get("/api/v1/rate-rules", { query: cursor ? { cursor } : {}, signal }),
  });
  const rate = useRate();
  return (
    <SpaceBetween size="m">
      <Listing
        of={found}
        wrap
        title={t("title")}
        subtitle={t("subtitle")}
        pagesOf="rules"
        trackBy={(each) => each.id}
        filter={<FindHere />}
        shown={(items) => items.filter((each) => fits(search, each.name, each.reference, selecting(each)))}
        actions={
          <AllowedButton permission="price.write" variant="primary" onClick={() => setAsked({ what: "create" })}>
            {t("create")}
          </AllowedButton>
        }
        columns={[
          { id: "name", header: t("name"), isRowHeader: true, width: 170, cell: (each) => <Name of={each.name} /> },
          { id: "rate", header: t("rate"), width: 170, cell: rate },
          { id: "for", header: t("forWhat"), width: 220, cell: (each) => <span className="console-words">{selecting(each) || t("everything")}</span> },
          { id: "holds", header: t("holds"), width: 180, cell: (each) => (each.valid_to ? t("between", { from: money.day(each.valid_from), to: money.day(each.valid_to) }) : t("since", { from: money.day(each.valid_from) })) },
          { id: "state", header: t("state"), width: 140, cell: (each) => <StatusIndicator type={each.active ? "success" : "stopped"}>{t(each.active ? "active" : "inactive")}</StatusIndicator> },
          {
            id: "actions",
            header: t("actions"),
            width: 130,
            cell: (each) => (
              <RowActions
                permission="price.write"
                name={plain(each.name)}
                does={[
                  { text: t("edit"), run: () => setAsked({ what: "edit", rule: each }) },
                  { text: t("remove"), run: () => setAsked({ what: "remove", rule: each }) },
                ]}
              />
            ),
          },
          { id: "reference", header: t("reference"), width: 160, cell: (each) => <Name of={each.reference || "–"} /> },
          { id: "changed", header: t("changed"), width: 140, cell: (each) => <Age at={each.changed_at} /> },
        ]}
        empty={<Empty title={t("none")} hint={t("noneHint")} />}
      />
      <CommandLine words={["mcm", "price", "discounts", "list"]} />
      {asked?.what === "create" ? <RuleDialog onClose={close} /> : null}
      {asked?.what === "edit" ? <RuleDialog of={asked.rule} onClose={close} /> : null}
      {asked?.what === "remove" ? <RemoveRule of={asked.rule} onClose={close} /> : null}
    </SpaceBetween>
  );
}

function RemoveRule({ of, onClose }: { of: Rule; onClose(): void }) {
  const t = useTexts(texts);
  const name = plain(of.name);
  return (
    <Removing
      id={`rate rule ${of.name}`}
      title={t("removeTitle", { name })}
      submit={t("remove")}
      what={t("removeWhat")}
      said={t("removed", { name })}
      run={() => remove("/api/v1/rate-rules/{name}", { path: { name: of.name }, ifMatch: of.version })}
      touches={["prices", "costs"]}
      command={["price", "discounts", "delete", of.name, "--yes"]}
      onClose={onClose}
    />
  );
}

/** "Discount 12.5 %" or what is paid for one. */
function useRate(): (of: Rule) => string {
  const t = useTexts(texts);
  const money = useMoney();
  const word = useMoneyWord();
  return (of) =>
    of.kind === "fixed" ? `${t("fixed")}: ${t("per", { price: money.exact(of.unit_price, of.currency ?? ""), unit: word("unit", of.unit) })}` : `${t(of.kind)} ${money.decimal(of.percent)} %`;
}

function useSelecting(): (of: Rule) => string {
  const t = useTexts(texts);
  const word = useMoneyWord();
  return (of) =>
    SELECTING.flatMap((name) => {
      const given = String(of[name] ?? "");
      if (!given) return [];
      return [`${t(name)}: ${name === "item" || name === "option" ? word(name, given) : plain(given)}`];
    }).join(" · ");
}
