import { useState } from "react";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { get, post, put, remove } from "../../api/client";
import { useSession } from "../../api/session";
import type { Schemas } from "../../api/types";
import { useTerm, useTexts } from "../../i18n/use-texts";
import { AllowedButton } from "../../parts/allowed-button";
import { Choice, Typed } from "../../parts/choice";
import { Age } from "../../parts/freshness";
import { FormDialog } from "../../parts/form-dialog";
import { Listing } from "../../parts/listing";
import { Name } from "../../parts/name";
import { plain } from "../../parts/plain";
import { Empty, Shown } from "../../parts/states";
import { useAddress } from "../../parts/use-address";
import { useChange } from "../../parts/use-change";
import { texts } from "./texts";
import { type Role, ROLES } from "./users";

type Binding = Schemas["BindingItem"];
const SIZE = 100;

export default function Roles() {
  const t = useTexts(texts);
  const term = useTerm();
  const { value } = useAddress();
  const cursor = value("cursor");
  const [asked, setAsked] = useState<"bind" | Binding | null>(null);
  const found = useQuery({
    queryKey: ["bindings", cursor],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => get("/api/v1/role-bindings", { query: { limit: SIZE, cursor }, signal }),
  });
  return (
    <SpaceBetween size="l">
      <Listing
        of={found}
        title={t("rolesTitle")}
        subtitle={t("rolesSubtitle")}
        trackBy={(each) => each.id}
        pagesOf=""
        actions={
          <AllowedButton permission="role.write" variant="primary" onClick={() => setAsked("bind")}>
            {t("bind")}
          </AllowedButton>
        }
        columns={[
          { id: "user", header: t("user"), isRowHeader: true, width: 170, cell: (each) => <Name of={each.user} /> },
          { id: "role", header: t("role"), width: 200, cell: (each) => term("role", each.role) },
          { id: "place", header: t("place"), width: 260, cell: (each) => (each.place ? <Name of={each.place} /> : t("whole")) },
          { id: "by", header: t("givenBy"), width: 150, cell: (each) => <Name of={each.issuer ?? each.given_by ?? each.created_by} /> },
          { id: "created", header: t("created"), width: 150, cell: (each) => <Age at={each.created_at} /> },
          {
            id: "actions",
            header: t("actions"),
            width: 150,
            cell: (each) => (
              <AllowedButton permission="role.write" variant="inline-link" ariaLabel={`${t("unbind")}: ${term("role", each.role)}, ${plain(each.user)}`} onClick={() => setAsked(each)}>
                {t("unbind")}
              </AllowedButton>
            ),
          },
        ]}
        empty={<Empty title={t("noBindings")} />}
      />
      <Explained />
      {asked === "bind" ? <Bind onClose={() => setAsked(null)} /> : asked ? <Unbind binding={asked} onClose={() => setAsked(null)} /> : null}
    </SpaceBetween>
  );
}

function Explained() {
  const t = useTexts(texts);
  const term = useTerm();
  const session = useSession();
  const found = useQuery({ queryKey: ["roles"], staleTime: Infinity, queryFn: ({ signal }) => get("/api/v1/roles", { signal }) });
  const separation = useQuery({ queryKey: ["separation"], queryFn: ({ signal }) => get("/api/v1/roles/separation", { signal }) });
  const change = useChange<boolean>({ id: "separation", run: (on) => put("/api/v1/roles/separation", { body: { on } }), touches: ["separation", "roles"] });
  return (
    <Container header={<Header variant="h2">{t("explained")}</Header>}>
      <SpaceBetween size="m">
        <Shown of={separation}>
          {(now) => (
            <Toggle checked={now.on} disabled={!session.may("role.write") || change.isPending} description={t("separationWhat")} onChange={({ detail }) => change.mutate(detail.checked)}>
              {t("separation")}
            </Toggle>
          )}
        </Shown>
        <Shown of={found}>
          {(all) => (
            <div>
              {all.items.map((role) => (
                <ExpandableSection key={role.name} headerText={`${term("role", role.name)} (${role.name})`} {...(role.separated ? { headerDescription: t("separated") } : {})}>
                  <code className="console-code">{role.permissions.join(", ")}</code>
                </ExpandableSection>
              ))}
            </div>
          )}
        </Shown>
      </SpaceBetween>
    </Container>
  );
}

function Bind({ onClose }: { onClose(): void }) {
  const t = useTexts(texts);
  const term = useTerm();
  const [user, setUser] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [place, setPlace] = useState({ tenant: "", account: "", project: "" });
  const { tenant, account, project } = place;
  const change = useChange({
    id: "bind",
    run: () => post("/api/v1/role-bindings", { body: { user, role, tenant: tenant || null, account: account || null, project: project || null, allow_unknown_project: false } }),
    said: (made) => [t("bound"), ...(made.warnings ?? [])].join(" · "),
    touches: ["bindings", "users"],
    onDone: onClose,
    quiet: true,
  });
  const words = [...(tenant ? ["--tenant", tenant] : []), ...(account ? ["--account", account, "--project", project] : [])];
  return (
    <FormDialog title={t("bind")} submit={t("bind")} busy={change.isPending} error={change.error} unless={user.trim() ? "" : t("bindLacks")} onSubmit={() => change.mutate()} onClose={onClose} command={["role", "bind", user || "USER", role, ...words]}>
      <Typed label={t("user")} value={user} onChange={setUser} />
      <Choice field label={t("role")} value={role} options={ROLES.map((each) => ({ value: each, label: term("role", each) }))} onChange={(to) => setRole(ROLES.find((each) => each === to) ?? "viewer")} />
      <Typed label={t("tenant")} hint={t("tenantHint")} value={tenant} onChange={(to) => setPlace({ ...place, tenant: to })} />
      <Typed label={t("account")} value={account} onChange={(to) => setPlace({ ...place, account: to })} />
      <Typed label={t("project")} hint={t("projectHint")} value={project} onChange={(to) => setPlace({ ...place, project: to })} />
    </FormDialog>
  );
}

function Unbind({ binding, onClose }: { binding: Binding; onClose(): void }) {
  const t = useTexts(texts);
  const term = useTerm();
  const change = useChange({
    id: "bind",
    run: () => remove("/api/v1/role-bindings/{binding_id}", { path: { binding_id: binding.id } }),
    said: () => t("unbound"),
    touches: ["bindings", "users"],
    onDone: onClose,
    quiet: true,
  });
  return (
    <FormDialog title={t("unbindTitle", { role: term("role", binding.role), name: plain(binding.user) })} submit={t("unbind")} busy={change.isPending} error={change.error} onSubmit={() => change.mutate()} onClose={onClose} command={["role", "unbind", binding.id]}>
      {t("unbindWhat")}
    </FormDialog>
  );
}
