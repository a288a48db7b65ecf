import { useCallback, useState } from "react";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { TableProps } from "@cloudscape-design/components/table";
import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { get, post } from "../../api/client";
import { useTexts } from "../../i18n/use-texts";
import { AllowedButton } from "../../parts/allowed-button";
import { Choice } from "../../parts/choice";
import { CommandLine } from "../../parts/command-line";
import { Age } from "../../parts/freshness";
import { Inside } from "../../parts/links";
import { Listing } from "../../parts/listing";
import { useMoneyWord } from "../../parts/money";
import { Name } from "../../parts/name";
import { plain } from "../../parts/plain";
import { Empty } from "../../parts/states";
import { TypedFilter } from "../../parts/typed-filter";
import { changedAddress, useAddress } from "../../parts/use-address";
import { useChange } from "../../parts/use-change";
import { PlanDialog } from "./dialogs";
import { FindingPanel } from "./panel";
import { Confidence, type Finding, FindingStatus, Saving, useActionOf, useEvidence } from "./saving";
import { Summary, useSummary } from "./summary";
import { texts } from "./texts";
import { findingWords, useFindingWord } from "./words";

const SIZE = 50;
const KINDS = Object.keys(findingWords.kind) as Finding["kind"][];
const STATUSES = ["open", "dismissed", "resolved", "all"] as const;

export default function Findings() {
  const t = useTexts(texts);
  const word = useFindingWord();
  const { params, set, value } = useAddress();
  const [chosen, setChosen] = useState<readonly Finding[]>([]);
  const [planning, setPlanning] = useState(false);
  const kind = KINDS.find((each) => each === value("kind"));
  const status = STATUSES.find((each) => each === value("status")) ?? "open";
  const [account, resource, cursor] = [value("account"), value("resource"), value("cursor")];
  const wanted = { status, ...(kind ? { kind } : {}), ...(account ? { account } : {}), ...(resource ? { resource } : {}) };
  const found = useQuery({
    queryKey: ["findings", "list", wanted, cursor],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => get("/api/v1/findings", { query: { ...wanted, limit: SIZE, ...(cursor ? { cursor } : {}) }, signal }),
  });
  // Before the first look nobody knows that there is nothing.
  const looked = useSummary(account).data?.as_of !== null;
  const checking = useChange({
    id: "findings",
    run: () => post("/api/v1/findings/check"),
    said: (done) => t("checked", { open: done.open, added: done.new, resolved: done.resolved }),
    touches: ["findings"],
  });
  const close = useCallback(() => set({ id: "" }), [set]);
  const choose = (name: string, to: string) => {
    setChosen([]);
    set({ [name]: to, cursor: "", page: "" });
  };
  // Of what is on the page now: a finding that was planned or dismissed meanwhile is chosen no more.
  const ready = (found.data?.items ?? []).filter((each) => each.status === "open" && chosen.some(({ id }) => id === each.id));
  const narrowed = Boolean(kind ?? (account || resource)) || status !== "open";
  return (
    <SpaceBetween size="m">
      <Listing
        of={found}
        wrap
        title={t("title")}
        subtitle={t("subtitle")}
        trackBy={(each) => each.id}
        pagesOf={JSON.stringify(wanted)}
        columns={useColumns((id) => `/findings?${changedAddress(params, { id })}`)}
        choosing={{ chosen: ready, onChange: setChosen, label: (each) => `${word("kind", each.kind)} ${plain(each.name || each.resource_id)}`, disabled: (each) => each.status !== "open" || each.action === null }}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <AllowedButton permission="cost.write" loading={checking.isPending} onClick={() => checking.mutate()}>
              {t("check")}
            </AllowedButton>
            <AllowedButton permission="operation.run" variant="primary" unless={ready.length > 0 ? "" : t("chooseSome")} onClick={() => setPlanning(true)}>
              {ready.length > 1 ? t("planMany", { n: ready.length }) : t("plan")}
            </AllowedButton>
          </SpaceBetween>
        }
        above={<Summary account={account} />}
        filter={
          <div className="console-choices">
            <Choice field label={t("status")} value={status} options={STATUSES.map((each) => ({ value: each, label: word("status", each) }))} onChange={(to) => choose("status", to === "open" ? "" : to)} />
            <Choice field label={t("kind")} value={kind ?? ""} options={[{ value: "", label: t("anyKind") }, ...KINDS.map((each) => ({ value: each as string, label: word("kind", each) }))]} onChange={(to) => choose("kind", to)} />
            <TypedFilter key={account} label={t("account")} value={account} onChange={(to) => choose("account", to)} />
            {resource ? (
              <SpaceBetween direction="horizontal" size="xs" alignItems="center">
                <span>{t("onlyResource")}</span>
                <Button iconName="close" formAction="none" onClick={() => choose("resource", "")}>{t("widen")}</Button>
              </SpaceBetween>
            ) : null}
          </div>
        }
        empty={!looked ? <Empty title={t("never")} /> : narrowed ? <Empty title={t("noneWith")} /> : <Empty title={t("none")} hint={t("noneHint")} />}
      />
      <CommandLine words={["mcm", "finding", "list", ...Object.entries(wanted).flatMap(([name, of]) => [`--${name}`, of])]} />
      {value("id") ? <FindingPanel id={value("id")} onClose={close} /> : null}
      {planning && ready.length > 0 ? <PlanDialog of={ready} onClose={() => setPlanning(false)} onDone={() => setChosen([])} /> : null}
    </SpaceBetween>
  );
}

function useColumns(addressOf: (id: string) => string): TableProps.ColumnDefinition<Finding>[] {
  const t = useTexts(texts);
  const basis = useMoneyWord();
  return [
    { id: "kind", header: t("kind"), isRowHeader: true, width: 150, cell: (each) => <KindLink of={each} href={addressOf(each.id)} /> },
    { id: "saving", header: t("saving"), width: 120, cell: (each) => <Saving of={each} /> },
    { id: "resource", header: t("resource"), width: 150, cell: (each) => <Inside href={`/resources/${encodeURIComponent(each.resource_id)}?tab=cost`}><Name of={each.name || each.resource_id} /></Inside> },
    { id: "confidence", header: t("confidence"), width: 115, cell: (each) => <Confidence of={each} /> },
    { id: "action", header: t("action"), width: 150, cell: (each) => <Action of={each} /> },
    { id: "evidence", header: t("evidence"), width: 290, cell: (each) => <Evidence of={each} /> },
    { id: "account", header: t("account"), width: 110, cell: (each) => (each.account ? <Name of={each.account} /> : "–") },
    { id: "age", header: t("age"), width: 130, cell: (each) => <Age at={each.since} /> },
    { id: "status", header: t("status"), width: 120, cell: (each) => <FindingStatus of={each} /> },
    { id: "basis", header: t("basis"), width: 120, cell: (each) => basis("basis", each.basis) },
  ];
}

function KindLink({ of, href }: { of: Finding; href: string }) {
  const word = useFindingWord();
  return <Inside href={href}>{word("kind", of.kind)}</Inside>;
}

function Action({ of }: { of: Finding }) {
  return <span className="console-words">{useActionOf()(of)}</span>;
}

/** What tells most; the panel says all of it line by line. */
const TELLING = 4;

export function Evidence({ of }: { of: Finding }) {
  return <span className="console-words">{useEvidence()(of).slice(0, TELLING).map(({ name, value }) => `${name}: ${value}`).join(" · ") || "–"}</span>;
}
