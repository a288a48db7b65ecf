import { useState } from "react";
import Multiselect from "@cloudscape-design/components/multiselect";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { get, patch, post, remove } from "../../api/client";
import { useSession } from "../../api/session";
import type { Schemas } from "../../api/types";
import { terms } from "../../i18n/terms";
import { useTerm, useTexts } from "../../i18n/use-texts";
import { AllowedButton } from "../../parts/allowed-button";
import { Typed } from "../../parts/choice";
import { FindHere, fits } from "../../parts/find-here";
import { Age } from "../../parts/freshness";
import { FormDialog } from "../../parts/form-dialog";
import { Listing } from "../../parts/listing";
import { Name } from "../../parts/name";
import { plain } from "../../parts/plain";
import { Empty } from "../../parts/states";
import { useAddress } from "../../parts/use-address";
import { useChange } from "../../parts/use-change";
import { texts } from "./texts";

type User = Schemas["UserItem"];
export type Role = Schemas["Role"];
export const ROLES = Object.keys(terms.role) as Role[];
const SIZE = 100;
type Asked = { what: "create" } | { what: "password" | "factor"; user: User } | null;

export default function Users() {
  const t = useTexts(texts);
  const term = useTerm();
  const session = useSession();
  const { value } = useAddress();
  const [asked, setAsked] = useState<Asked>(null);
  const [cursor, search] = [value("cursor"), value("search")];
  const found = useQuery({
    queryKey: ["users", cursor],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => get("/api/v1/users", { query: { limit: SIZE, cursor }, signal }),
  });
  const turn = useChange<User, User>({
    id: "user",
    run: ({ name, enabled }) => (enabled ? post("/api/v1/users/{name}/disable", { path: { name } }) : post("/api/v1/users/{name}/enable", { path: { name } })),
    said: (after) => t(after.enabled ? "enabledSaid" : "disabledSaid", { name: plain(after.name) }),
    touches: ["users"],
  });
  const close = () => setAsked(null);
  return (
    <>
      <Listing
        of={found}
        title={t("users")}
        subtitle={t("usersSubtitle")}
        trackBy={(each) => each.id}
        pagesOf=""
        filter={<FindHere />}
        shown={(items) => items.filter((each) => fits(search, each.name, each.full_name, each.email))}
        actions={
          <AllowedButton permission="user.write" variant="primary" onClick={() => setAsked({ what: "create" })}>
            {t("createUser")}
          </AllowedButton>
        }
        columns={[
          { id: "name", header: t("name"), isRowHeader: true, width: 150, cell: (each) => <Name of={each.name} /> },
          { id: "full", header: t("fullName"), width: 160, cell: (each) => (each.full_name ? <Name of={each.full_name} /> : "–") },
          { id: "state", header: t("state"), width: 130, cell: (each) => <StatusIndicator type={each.enabled ? "success" : "stopped"}>{each.enabled ? t("enabled") : t("disabled")}</StatusIndicator> },
          { id: "roles", header: t("roles"), width: 220, cell: (each) => each.roles.map((role) => term("role", role)).join(" · ") || "–" },
          { id: "factor", header: t("factor"), width: 120, cell: (each) => (each.second_factor ? t("yes") : t("no")) },
          { id: "last", header: t("lastLogin"), width: 140, cell: (each) => (each.last_login_at ? <Age at={each.last_login_at} /> : t("never")) },
          { id: "email", header: t("email"), width: 190, cell: (each) => (each.email ? <Name of={each.email} /> : "–") },
          {
            id: "actions",
            header: t("actions"),
            width: 400,
            cell: (each) => {
              const own = each.id === session.user_id ? t("yourself") : "";
              const name = plain(each.name);
              return (
                <SpaceBetween direction="horizontal" size="s">
                  <AllowedButton permission="user.write" variant="inline-link" unless={own} ariaLabel={`${each.enabled ? t("disable") : t("enable")}: ${name}`} onClick={() => turn.mutate(each)}>
                    {each.enabled ? t("disable") : t("enable")}
                  </AllowedButton>
                  <AllowedButton permission="user.write" variant="inline-link" unless={own} ariaLabel={`${t("password")}: ${name}`} onClick={() => setAsked({ what: "password", user: each })}>
                    {t("password")}
                  </AllowedButton>
                  <AllowedButton permission="user.write" variant="inline-link" unless={own || (each.second_factor ? "" : t("noFactor"))} ariaLabel={`${t("resetFactor")}: ${name}`} onClick={() => setAsked({ what: "factor", user: each })}>
                    {t("resetFactor")}
                  </AllowedButton>
                </SpaceBetween>
              );
            },
          },
        ]}
        empty={<Empty title={t("noUsers")} hint={t("noUsersHint")} />}
      />
      {asked?.what === "create" ? <Create onClose={close} /> : null}
      {asked?.what === "password" ? <Password user={asked.user} onClose={close} /> : null}
      {asked?.what === "factor" ? <Factor user={asked.user} onClose={close} /> : null}
    </>
  );
}

function Create({ onClose }: { onClose(): void }) {
  const t = useTexts(texts);
  const term = useTerm();
  const [typed, setTyped] = useState({ name: "", full_name: "", email: "", password: "", tenant: "" });
  const [held, setHeld] = useState<Role[]>(["viewer"]);
  const options = ROLES.map((role) => ({ value: role, label: term("role", role) }));
  const set = (part: Partial<typeof typed>) => setTyped((before) => ({ ...before, ...part }));
  const change = useChange({
    id: "user",
    run: () =>
      post("/api/v1/users", {
        body: { name: typed.name, roles: held, must_change: true, full_name: typed.full_name || null, email: typed.email || null, password: typed.password || null, tenant: typed.tenant || null },
      }),
    said: (made) => t("createdSaid", { name: plain(made.name) }),
    touches: ["users", "bindings"],
    onDone: onClose,
    quiet: true,
  });
  return (
    <FormDialog
      title={t("createUser")}
      submit={t("createUser")}
      busy={change.isPending}
      error={change.error}
      unless={typed.name.trim() ? "" : t("nameLacks")}
      onSubmit={() => change.mutate()}
      onClose={onClose}
      command={["user", "create", typed.name || "NAME", ...held.flatMap((role) => ["--role", role])]}
    >
      <Typed label={t("name")} hint={t("nameHint")} value={typed.name} onChange={(name) => set({ name })} />
      <Typed label={t("optionalPassword")} hint={t("optionalHint")} type="password" value={typed.password} onChange={(password) => set({ password })} />
      <FormField label={t("roles")} description={t("rolesHint")} stretch>
        <Multiselect
          options={options}
          selectedOptions={options.filter((each) => held.includes(each.value))}
          onChange={({ detail }) => setHeld(ROLES.filter((role) => detail.selectedOptions.some((each) => each.value === role)))}
        />
      </FormField>
      <Typed label={t("fullName")} value={typed.full_name} onChange={(full_name) => set({ full_name })} />
      <Typed label={t("email")} type="email" value={typed.email} onChange={(email) => set({ email })} />
      <Typed label={t("tenant")} value={typed.tenant} onChange={(tenant) => set({ tenant })} />
    </FormDialog>
  );
}

function Password({ user, onClose }: { user: User; onClose(): void }) {
  const t = useTexts(texts);
  const [password, setPassword] = useState("");
  const name = plain(user.name);
  const change = useChange({
    id: "user",
    run: () => patch("/api/v1/users/{name}", { path: { name: user.name }, body: { password, must_change: true }, ifMatch: user.version }),
    said: () => t("passwordSaid", { name }),
    touches: ["users"],
    onDone: onClose,
    quiet: true,
  });
  return (
    <FormDialog title={t("passwordTitle", { name })} submit={t("password")} busy={change.isPending} error={change.error} unless={password ? "" : t("passwordLacks")} onSubmit={() => change.mutate()} onClose={onClose} command={["user", "password", user.name]}>
      <p>{t("passwordWhat")}</p>
      <Typed label={t("newPassword")} type="password" value={password} onChange={setPassword} />
    </FormDialog>
  );
}

function Factor({ user, onClose }: { user: User; onClose(): void }) {
  const t = useTexts(texts);
  const name = plain(user.name);
  const change = useChange({
    id: "user",
    run: () => remove("/api/v1/users/{name}/totp", { path: { name: user.name } }),
    said: () => t("resetSaid", { name }),
    touches: ["users"],
    onDone: onClose,
    quiet: true,
  });
  return (
    <FormDialog title={t("resetTitle", { name })} submit={t("resetFactor")} busy={change.isPending} error={change.error} onSubmit={() => change.mutate()} onClose={onClose} command={["user", "reset-totp", user.name]}>
      {t("resetWhat")}
    </FormDialog>
  );
}
