import { useState } from "react";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { get, post } from "../../api/client";
import { useSession } from "../../api/session";
import type { Schemas } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useTexts } from "../../i18n/use-texts";
import { AllowedButton } from "../../parts/allowed-button";
import { Choice, Typed } from "../../parts/choice";
import { useWord, Word } from "../../parts/deciding/word";
import { words } from "../../parts/deciding/words";
import { FormDialog } from "../../parts/form-dialog";
import { Inside } from "../../parts/links";
import { Listing } from "../../parts/listing";
import { Name } from "../../parts/name";
import { plain } from "../../parts/plain";
import { Empty } from "../../parts/states";
import { useAddress } from "../../parts/use-address";
import { useChange } from "../../parts/use-change";
import { texts } from "./violation-texts";

const SIZE = 50;
/** Of an id: enough to tell one from another. */
const SHOWN = 12;
type Exception = Schemas["ExceptionItem"];
type Verb = "approve" | "reject" | "revoke";
const STATUSES = Object.keys(words.exception) as ("requested" | "approved" | "rejected" | "revoked" | "expired")[];

export default function Exceptions() {
  const t = useTexts(texts);
  const say = useWord();
  const format = useFormat();
  const me = useSession().user;
  const { set, value } = useAddress();
  const [asked, setAsked] = useState<{ exception: Exception; verb: Verb } | null>(null);
  const status = STATUSES.find((each) => each === value("status"));
  const [policy, cursor] = [value("policy"), value("cursor")];
  const found = useQuery({
    queryKey: ["exceptions", "list", status, policy, cursor],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => get("/api/v1/exceptions", { query: { limit: SIZE, cursor, policy, ...(status ? { status } : {}) }, signal }),
  });

  function unless(of: Exception, verb: Verb): string {
    if (verb === "revoke") return of.status === "approved" || of.status === "requested" ? "" : t("isStatus", { status: say("exception", of.status) });
    if (of.status !== "requested") return t("isStatus", { status: say("exception", of.status) });
    return of.requested_by === me ? t("own") : "";
  }

  return (
    <>
      <Listing
        of={found}
        title={t("exceptions")}
        subtitle={t("exceptionsSubtitle")}
        trackBy={(each) => each.id}
        pagesOf={`${status} ${policy}`}
        filter={<Choice label={t("status")} value={status ?? ""} options={[{ value: "", label: t("anyStatus") }, ...STATUSES.map((each) => ({ value: each, label: say("exception", each) }))]} onChange={(to) => set({ status: to, cursor: "", page: "" })} />}
        columns={[
          { id: "policy", header: t("policy"), isRowHeader: true, width: 220, cell: (each) => <Inside href={`/policies/${encodeURIComponent(each.policy)}`}><Name of={each.policy} /></Inside> },
          { id: "whom", header: t("whom"), width: 160, cell: (each) => <Whom of={each} /> },
          { id: "status", header: t("status"), width: 120, cell: (each) => <Word group="exception" word={each.status} /> },
          {
            id: "decide",
            header: t("decide"),
            width: 230,
            cell: (each) => (
              <SpaceBetween direction="horizontal" size="xxs">
                {(["approve", "reject", "revoke"] as const).map((verb) => (
                  <AllowedButton key={verb} permission="policy.except" variant="inline-link" unless={unless(each, verb)} ariaLabel={`${t(verb)}: ${plain(each.policy)}, ${plain(each.value)}`} onClick={() => setAsked({ exception: each, verb })}>
                    {t(verb)}
                  </AllowedButton>
                ))}
              </SpaceBetween>
            ),
          },
          { id: "reason", header: t("reason"), width: 220, cell: (each) => <span className="console-words">{plain(each.reason)}</span> },
          { id: "ends", header: t("ends"), width: 230, cell: (each) => format.instant(each.expires_at) },
          { id: "by", header: t("byWhom"), width: 110, cell: (each) => <Name of={each.requested_by} /> },
          { id: "decided", header: t("decidedBy"), width: 120, cell: (each) => (each.decided_by ? <Name of={each.decided_by} /> : each.approver ? plain(each.approver) : "–") },
        ]}
        empty={status || policy ? <Empty title={t("noExceptionsWith")} /> : <Empty title={t("noExceptions")} hint={t("noExceptionsHint")} action={<Inside href="/violations">{t("allViolations")}</Inside>} />}
      />
      {asked ? <Decide {...asked} onClose={() => setAsked(null)} /> : null}
    </>
  );
}

function Whom({ of }: { of: Exception }) {
  if (of.field !== "resource") return <>{`${plain(of.field)} = ${plain(of.value)}`}</>;
  return (
    <Inside href={`/resources/${encodeURIComponent(of.value)}?tab=policies`}>
      <Name of={of.value.slice(0, SHOWN)} />
    </Inside>
  );
}

function Decide({ exception, verb, onClose }: { exception: Exception; verb: Verb; onClose(): void }) {
  const t = useTexts(texts);
  const [note, setNote] = useState("");
  const change = useChange({
    id: `exception ${exception.id}`,
    run: () => post(`/api/v1/exceptions/{exception_id}/${verb}`, { path: { exception_id: exception.id }, body: { note } }),
    said: () => t("done"),
    touches: ["exceptions", "violations"],
    onDone: onClose,
    quiet: true,
  });
  return (
    <FormDialog
      title={t("decideTitle", { what: t(verb), policy: plain(exception.policy) })}
      submit={t(verb)}
      busy={change.isPending}
      error={change.error}
      onSubmit={() => change.mutate()}
      onClose={onClose}
      command={["policy", "exceptions", verb, exception.id, ...(note ? ["--note", note] : [])]}
    >
      <SpaceBetween size="m">
        <div className="console-words">{plain(exception.reason)}</div>
        <Typed label={t("note")} value={note} onChange={setNote} />
      </SpaceBetween>
    </FormDialog>
  );
}
