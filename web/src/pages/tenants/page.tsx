import { useState } from "react";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { get, patch, post, remove } from "../../api/client";
import type { Schemas } from "../../api/types";
import { useTexts } from "../../i18n/use-texts";
import { AllowedButton } from "../../parts/allowed-button";
import { Choice, Typed } from "../../parts/choice";
import { FindHere, fits } from "../../parts/find-here";
import { Age } from "../../parts/freshness";
import { FormDialog } from "../../parts/form-dialog";
import { Listing } from "../../parts/listing";
import { Name } from "../../parts/name";
import { plain } from "../../parts/plain";
import { Empty, Shown } from "../../parts/states";
import { useAddress } from "../../parts/use-address";
import { useChange } from "../../parts/use-change";
import { texts } from "./texts";

export type Tenant = Schemas["TenantItem"];
type Kind = Exclude<Tenant["kind"], null>;
const KINDS: readonly Kind[] = ["group", "subsidiary", "department"];
type Asked = { what: "create"; below: Tenant | null } | { what: "edit" | "move" | "remove"; tenant: Tenant } | null;

/** All at once: an organisation has tens of them, and a tree wants to be whole. */
export function useTenants() {
  return useQuery({ queryKey: ["tenants", "all"], queryFn: ({ signal }) => get("/api/v1/tenants", { query: { limit: 1000 }, signal }) });
}

export default function Tenants() {
  const t = useTexts(texts);
  const navigate = useNavigate();
  const search = useAddress().value("search");
  const [asked, setAsked] = useState<Asked>(null);
  const found = useTenants();
  const close = () => setAsked(null);
  const known = new Map((found.data?.items ?? []).map((each) => [each.id, each]));
  return (
    <>
      <Listing
        of={found}
        title={t("title")}
        subtitle={t("subtitle")}
        trackBy={(each) => each.id}
        filter={<FindHere />}
        shown={(items) => items.filter((each) => fits(search, each.path))}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button onClick={() => void navigate("/tenants/rules")}>{t("rules")}</Button>
            <AllowedButton permission="tenant.write" variant="primary" onClick={() => setAsked({ what: "create", below: null })}>
              {t("create")}
            </AllowedButton>
          </SpaceBetween>
        }
        columns={[
          { id: "name", header: t("name"), isRowHeader: true, width: 220, cell: (each) => <span className={`console-depth-${Math.min(depth(each, known), 6)}`}><Name of={each.name} /></span> },
          { id: "kind", header: t("kind"), width: 110, cell: (each) => (each.kind ? t(each.kind) : "–") },
          { id: "path", header: t("path"), width: 230, cell: (each) => <Name of={each.path} /> },
          { id: "created", header: t("created"), width: 140, cell: (each) => <Age at={each.created_at} /> },
          {
            id: "actions",
            header: t("actions"),
            width: 330,
            cell: (each) => (
              <SpaceBetween direction="horizontal" size="s">
                {(["edit", "move", "remove"] as const).map((what) => (
                  <AllowedButton key={what} permission="tenant.write" variant="inline-link" ariaLabel={`${t(what)}: ${plain(each.name)}`} onClick={() => setAsked({ what, tenant: each })}>
                    {t(what)}
                  </AllowedButton>
                ))}
                <AllowedButton permission="tenant.write" variant="inline-link" ariaLabel={`${t("createBelow")}: ${plain(each.name)}`} onClick={() => setAsked({ what: "create", below: each })}>
                  {t("createBelow")}
                </AllowedButton>
              </SpaceBetween>
            ),
          },
        ]}
        empty={<Empty title={t("none")} />}
      />
      {asked?.what === "create" ? <Edit below={asked.below} onClose={close} /> : null}
      {asked?.what === "edit" ? <Edit tenant={asked.tenant} below={null} onClose={close} /> : null}
      {asked?.what === "move" ? <Move tenant={asked.tenant} all={found.data?.items ?? []} onClose={close} /> : null}
      {asked?.what === "remove" ? <Remove tenant={asked.tenant} onClose={close} /> : null}
    </>
  );
}

function depth(of: Tenant, known: ReadonlyMap<string, Tenant>): number {
  let deep = 0;
  for (let each = known.get(of.parent_id ?? ""); each && deep < 100; each = known.get(each.parent_id ?? "")) deep += 1;
  return deep;
}

function Edit({ tenant, below, onClose }: { tenant?: Tenant; below: Tenant | null; onClose(): void }) {
  const t = useTexts(texts);
  const [name, setName] = useState(tenant?.name ?? "");
  const [kind, setKind] = useState<Kind | null>(tenant?.kind ?? null);
  const change = useChange<void, Tenant>({
    id: "tenant",
    run: () =>
      tenant
        ? patch("/api/v1/tenants/{tenant}", { path: { tenant: tenant.id }, body: { name, kind }, ifMatch: tenant.version })
        : post("/api/v1/tenants", { body: { name, kind, parent: below?.id ?? null } }),
    said: () => t("saved", { name: plain(name) }),
    touches: ["tenants"],
    onDone: onClose,
    quiet: true,
  });
  const words = tenant ? ["tenant", "update", tenant.id, "--name", name] : ["tenant", "create", name || "NAME", ...(below ? ["--parent", below.id] : [])];
  const title = tenant ? t("editTitle", { name: plain(tenant.name) }) : below ? `${t("createBelow")}: ${plain(below.path)}` : t("create");
  return (
    <FormDialog title={title} submit={tenant ? t("edit") : t("create")} busy={change.isPending} error={change.error} unless={name.trim() ? "" : t("nameLacks")} onSubmit={() => change.mutate()} onClose={onClose} command={[...words, ...(kind ? ["--kind", kind] : [])]}>
      <Typed label={t("name")} value={name} onChange={setName} />
      <Choice field label={t("kind")} value={kind ?? ""} options={[{ value: "", label: t("noKind") }, ...KINDS.map((each) => ({ value: each, label: t(each) }))]} onChange={(to) => setKind(KINDS.find((each) => each === to) ?? null)} />
    </FormDialog>
  );
}

function Move({ tenant, all, onClose }: { tenant: Tenant; all: readonly Tenant[]; onClose(): void }) {
  const t = useTexts(texts);
  const [parent, setParent] = useState(tenant.parent_id ?? "");
  const change = useChange({
    id: "tenant",
    run: () => post("/api/v1/tenants/{tenant}/move", { path: { tenant: tenant.id }, body: { parent: parent || null } }),
    said: (after) => t("saved", { name: plain(after.path) }),
    touches: ["tenants"],
    onDone: onClose,
    quiet: true,
  });
  // Below itself would be nowhere.
  const others = all.filter((each) => each.id !== tenant.id && !each.path.startsWith(`${tenant.path}/`));
  return (
    <FormDialog title={t("moveTitle", { name: plain(tenant.name) })} submit={t("move")} busy={change.isPending} error={change.error} unless={parent === (tenant.parent_id ?? "") ? t("unchanged") : ""} onSubmit={() => change.mutate()} onClose={onClose} command={["tenant", "move", tenant.id, ...(parent ? ["--below", parent] : ["--top"])]}>
      <p>{t("moveWhat")}</p>
      <Choice field label={t("below")} value={parent} options={[{ value: "", label: t("top") }, ...others.map((each) => ({ value: each.id, label: plain(each.path) }))]} onChange={setParent} />
    </FormDialog>
  );
}

/** What is still in it is looked up first, as the server refuses one that holds anything. */
function Remove({ tenant, onClose }: { tenant: Tenant; onClose(): void }) {
  const t = useTexts(texts);
  const path = { tenant: tenant.id };
  const name = plain(tenant.name);
  const found = useQuery({
    queryKey: ["tenants", "removal", tenant.id],
    gcTime: 0,
    retry: false,
    queryFn: () => remove("/api/v1/tenants/{tenant}", { path, query: { dry_run: true } }),
  });
  const change = useChange({
    id: "tenant",
    run: () => remove("/api/v1/tenants/{tenant}", { path }),
    said: () => t("removed", { name }),
    touches: ["tenants"],
    onDone: onClose,
    quiet: true,
  });
  const holds = Object.entries(found.data?.holds ?? {}).filter(([, n]) => n > 0).map(([what, n]) => `${what}: ${n}`).join(" · ");
  return (
    <FormDialog title={t("removeTitle", { name })} submit={t("remove")} busy={change.isPending} error={change.error} unless={!found.data ? t("looking") : holds ? t("holds", { what: holds }) : ""} onSubmit={() => change.mutate()} onClose={onClose} command={["tenant", "remove", tenant.id]}>
      <Shown of={found}>{() => <Box>{holds ? t("holds", { what: holds }) : t("holdsNothing")}</Box>}</Shown>
    </FormDialog>
  );
}
