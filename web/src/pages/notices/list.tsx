import { useState } from "react";
import FormField from "@cloudscape-design/components/form-field";
import Multiselect from "@cloudscape-design/components/multiselect";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useQuery } from "@tanstack/react-query";

import { get, post } from "../../api/client";
import type { Schemas } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useTexts } from "../../i18n/use-texts";
import { AllowedButton } from "../../parts/allowed-button";
import { Choice, Typed } from "../../parts/choice";
import { FindHere, fits } from "../../parts/find-here";
import { FormDialog } from "../../parts/form-dialog";
import { Inside } from "../../parts/links";
import { Listing } from "../../parts/listing";
import { Name } from "../../parts/name";
import { plain } from "../../parts/plain";
import { Empty } from "../../parts/states";
import { useAddress } from "../../parts/use-address";
import { useChange } from "../../parts/use-change";
import { texts } from "./texts";

export type Target = Schemas["NoticeTargetItem"];
type Kind = Schemas["NoticeKind"];
const KINDS: readonly Kind[] = [
  "operation.failed", "operation.in_doubt", "plan.awaiting_approval", "account.failing", "account.recovered",
  "scope.failing", "scope.quarantined", "scope.recovered", "retirement.reminder", "notice_target.disabled",
  "budget.reached", "budget.forecast", "violation.opened", "violation.closed",
];

/** As the API has it when none are given. */
const BY_DEFAULT = KINDS.filter((kind) => kind !== "scope.failing" && kind !== "scope.recovered");

export default function Notices() {
  const t = useTexts(texts);
  const format = useFormat();
  const search = useAddress().value("search");
  const [adding, setAdding] = useState(false);
  const found = useQuery({ queryKey: ["notices", "all"], queryFn: ({ signal }) => get("/api/v1/notice-targets", { signal }) });
  return (
    <>
      <Listing
        of={found}
        title={t("title")}
        subtitle={t("subtitle")}
        trackBy={(each) => each.id}
        filter={<FindHere />}
        shown={(items) => items.filter((each) => fits(search, each.name, each.url, each.address))}
        actions={
          <AllowedButton permission="notice.write" variant="primary" onClick={() => setAdding(true)}>
            {t("add")}
          </AllowedButton>
        }
        columns={[
          { id: "name", header: t("name"), isRowHeader: true, width: 180, cell: (each) => <Inside href={`/notices/${encodeURIComponent(each.name)}`}><Name of={each.name} /></Inside> },
          { id: "state", header: t("state"), width: 130, cell: (each) => <Standing of={each} /> },
          { id: "type", header: t("type"), width: 130, cell: (each) => (each.type === "mail" ? t("mail") : t("webhook")) },
          { id: "where", header: t("where"), width: 300, cell: (each) => <Name of={each.url ?? each.address ?? "–"} /> },
          { id: "kinds", header: t("kinds"), width: 300, cell: (each) => each.kinds.join(", ") },
          { id: "waiting", header: t("waiting"), width: 110, cell: (each) => format.number(each.waiting) },
          { id: "dead", header: t("dead"), width: 110, cell: (each) => format.number(each.dead) },
        ]}
        empty={<Empty title={t("none")} hint={t("noneHint")} />}
      />
      {adding ? <Add onClose={() => setAdding(false)} /> : null}
    </>
  );
}

export function Standing({ of }: { of: Pick<Target, "enabled" | "disabled_reason"> }) {
  const t = useTexts(texts);
  return <StatusIndicator type={of.enabled ? "success" : of.disabled_reason ? "error" : "stopped"}>{of.enabled ? t("on") : t("off")}</StatusIndicator>;
}

function Add({ onClose }: { onClose(): void }) {
  const t = useTexts(texts);
  const [type, setType] = useState<"webhook" | "mail">("webhook");
  const [typed, setTyped] = useState({ name: "", to: "", secret: "" });
  const [language, setLanguage] = useState<"both" | "en" | "zh">("both");
  const [kinds, setKinds] = useState<Kind[]>([]);
  const set = (part: Partial<typeof typed>) => setTyped((before) => ({ ...before, ...part }));
  const to = typed.to.trim();
  const options = KINDS.map((value) => ({ value, label: value }));
  const change = useChange({
    id: "notice",
    run: () =>
      post("/api/v1/notice-targets", {
        body: {
          name: typed.name,
          type,
          enabled: true,
          language,
          kinds: kinds.length > 0 ? kinds : [...BY_DEFAULT],
          ...(type === "webhook" ? { url: to, ...(typed.secret ? { signing_secret: typed.secret } : {}) } : { address: to }),
        },
      }),
    said: (made) => t("added", { name: plain(made.name) }),
    touches: ["notices"],
    onDone: onClose,
    quiet: true,
  });
  const words = [type === "webhook" ? "--url" : "--address", to || "…", ...kinds.flatMap((kind) => ["--kind", kind])];
  return (
    <FormDialog title={t("add")} submit={t("add")} busy={change.isPending} error={change.error} unless={typed.name && to ? "" : t("lacks")} onSubmit={() => change.mutate()} onClose={onClose} command={["notice", "add", typed.name || "NAME", ...words]}>
      <Choice field label={t("type")} value={type} options={[{ value: "webhook", label: t("webhook") }, { value: "mail", label: t("mail") }]} onChange={(wanted) => setType(wanted === "mail" ? "mail" : "webhook")} />
      <Typed label={t("name")} hint={t("nameHint")} value={typed.name} onChange={(name) => set({ name })} />
      {type === "webhook" ? (
        <>
          <Typed label={t("url")} hint={t("urlHint")} type="url" value={typed.to} onChange={(url) => set({ to: url })} />
          <Typed label={t("secret")} type="password" value={typed.secret} onChange={(secret) => set({ secret })} />
        </>
      ) : (
        <>
          <Typed label={t("address")} type="email" value={typed.to} onChange={(address) => set({ to: address })} />
          <Choice field label={t("language")} value={language} options={[{ value: "both", label: t("both") }, { value: "en", label: t("english") }, { value: "zh", label: t("chinese") }]} onChange={(wanted) => setLanguage(wanted === "en" || wanted === "zh" ? wanted : "both")} />
        </>
      )}
      <FormField label={t("kinds")} description={t("kindsHint")} stretch>
        <Multiselect options={options} selectedOptions={options.filter((each) => kinds.includes(each.value))} onChange={({ detail }) => setKinds(KINDS.filter((kind) => detail.selectedOptions.some((each) => each.value === kind)))} />
      </FormField>
    </FormDialog>
  );
}
