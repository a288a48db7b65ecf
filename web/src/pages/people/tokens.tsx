import { useState } from "react";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Modal from "@cloudscape-design/components/modal";
import Multiselect from "@cloudscape-design/components/multiselect";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { get, post, remove } from "../../api/client";
import { type Permission, useSession } from "../../api/session";
import type { Schemas } from "../../api/types";
import { useTexts } from "../../i18n/use-texts";
import { AllowedButton } from "../../parts/allowed-button";
import { Choice, Typed } from "../../parts/choice";
import { Copyable } from "../../parts/copyable";
import { Age } from "../../parts/freshness";
import { FormDialog } from "../../parts/form-dialog";
import { Listing } from "../../parts/listing";
import { Name } from "../../parts/name";
import { plain } from "../../parts/plain";
import { Empty } from "../../parts/states";
import { useAddress } from "../../parts/use-address";
import { useChange } from "../../parts/use-change";
import { texts } from "./texts";

type Token = Schemas["TokenItem"];
type Made = Schemas["TokenAnswer"];
const SIZE = 100;

export default function Tokens() {
  const t = useTexts(texts);
  const session = useSession();
  const { set, value } = useAddress();
  const [asked, setAsked] = useState<"create" | Token | null>(null);
  const [made, setMade] = useState<Made | null>(null);
  const everybody = value("whose") === "all" && session.may("user.read");
  const cursor = value("cursor");
  const found = useQuery({
    queryKey: ["tokens", everybody, cursor],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => (everybody ? get("/api/v1/users/-/tokens", { query: { limit: SIZE, cursor }, signal }) : get("/api/v1/tokens", { signal })),
  });
  return (
    <>
      <Listing
        of={found}
        title={t("tokens")}
        subtitle={t("tokensSubtitle")}
        trackBy={(each) => each.id}
        pagesOf={String(everybody)}
        filter={
          session.may("user.read") ? (
            <Choice label={t("whose")} value={everybody ? "all" : ""} options={[{ value: "", label: t("own") }, { value: "all", label: t("everybody") }]} onChange={(to) => set({ whose: to, cursor: "", page: "" })} />
          ) : undefined
        }
        actions={
          <AllowedButton permission="own.write" variant="primary" onClick={() => setAsked("create")}>
            {t("createToken")}
          </AllowedButton>
        }
        columns={[
          { id: "name", header: t("name"), isRowHeader: true, width: 190, cell: (each) => <Name of={each.name} /> },
          { id: "user", header: t("user"), width: 130, cell: (each) => <Name of={each.user} /> },
          { id: "permissions", header: t("permissions"), width: 300, cell: (each) => each.permissions?.join(", ") ?? t("all") },
          { id: "expires", header: t("expires"), width: 140, cell: (each) => <Age at={each.expires_at} /> },
          { id: "used", header: t("used"), width: 140, cell: (each) => (each.used_at ? <Age at={each.used_at} /> : t("never")) },
          { id: "from", header: t("usedFrom"), width: 140, cell: (each) => (each.used_from ? <Name of={each.used_from} /> : "–") },
          {
            id: "actions",
            header: t("actions"),
            width: 120,
            cell: (each) => (
              <AllowedButton permission={everybody ? "user.write" : "own.write"} variant="inline-link" ariaLabel={`${t("revoke")}: ${plain(each.name)}`} onClick={() => setAsked(each)}>
                {t("revoke")}
              </AllowedButton>
            ),
          },
        ]}
        empty={<Empty title={t("noTokens")} />}
      />
      {asked === "create" ? (
        <Create
          onClose={() => setAsked(null)}
          onMade={(token) => {
            setAsked(null);
            setMade(token);
          }}
        />
      ) : asked ? (
        <Revoke token={asked} everybody={everybody} onClose={() => setAsked(null)} />
      ) : null}
      {made ? <Shown of={made} onClose={() => setMade(null)} /> : null}
    </>
  );
}

function Create({ onClose, onMade }: { onClose(): void; onMade(made: Made): void }) {
  const t = useTexts(texts);
  const session = useSession();
  const [name, setName] = useState("");
  const [days, setDays] = useState("90");
  const [only, setOnly] = useState<Permission[]>([]);
  const options = (session.permissions as Permission[]).toSorted().map((value) => ({ value, label: value }));
  const holds = Number(days);
  const change = useChange({
    id: "token",
    run: () => post("/api/v1/tokens", { body: { name, days: holds, permissions: only.length > 0 ? only : null } }),
    touches: ["tokens"],
    onDone: onMade,
    quiet: true,
  });
  const lacks = !name.trim() ? t("nameLacks") : Number.isInteger(holds) && holds >= 1 && holds <= 366 ? "" : t("daysWrong");
  return (
    <FormDialog title={t("createToken")} submit={t("createToken")} busy={change.isPending} error={change.error} unless={lacks} onSubmit={() => change.mutate()} onClose={onClose} command={["token", "create", name || "NAME", "--days", days, ...only.flatMap((each) => ["--permission", each])]}>
      <Typed label={t("name")} value={name} onChange={setName} />
      <Typed label={t("days")} type="number" value={days} onChange={setDays} />
      <FormField label={t("onlyThese")} description={t("onlyHint")} stretch>
        <Multiselect options={options} filteringType="auto" selectedOptions={options.filter((each) => only.includes(each.value))} onChange={({ detail }) => setOnly(options.map((each) => each.value).filter((each) => detail.selectedOptions.some((one) => one.value === each)))} />
      </FormField>
    </FormDialog>
  );
}

/** In the memory of this page only, and gone with it. */
function Shown({ of, onClose }: { of: Made; onClose(): void }) {
  const t = useTexts(texts);
  return (
    <Modal
      visible
      header={t("made", { name: plain(of.name) })}
      onDismiss={onClose}
      closeAriaLabel={t("done")}
      footer={
        <Box float="right">
          <Button variant="primary" onClick={onClose}>
            {t("done")}
          </Button>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <Alert type="warning">{t("shownOnce")}</Alert>
        {of.token ? (
          <Copyable value={of.token} />
        ) : null}
      </SpaceBetween>
    </Modal>
  );
}

function Revoke({ token, everybody, onClose }: { token: Token; everybody: boolean; onClose(): void }) {
  const t = useTexts(texts);
  const name = plain(token.name);
  const path = { token_id: token.id };
  const change = useChange({
    id: "token",
    run: () => (everybody ? remove("/api/v1/users/-/tokens/{token_id}", { path }) : remove("/api/v1/tokens/{token_id}", { path })),
    said: () => t("revoked", { name }),
    touches: ["tokens"],
    onDone: onClose,
    quiet: true,
  });
  return (
    <FormDialog title={t("revokeTitle", { name })} submit={t("revoke")} busy={change.isPending} error={change.error} onSubmit={() => change.mutate()} onClose={onClose} command={["token", "revoke", token.id]}>
      {t("revokeWhat")}
    </FormDialog>
  );
}
