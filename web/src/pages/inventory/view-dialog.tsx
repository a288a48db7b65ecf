import { useState } from "react";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import { useQuery } from "@tanstack/react-query";

import { get, post, put } from "../../api/client";
import { useSession } from "../../api/session";
import { useTexts } from "../../i18n/use-texts";
import { Choice } from "../../parts/choice";
import { Copyable } from "../../parts/copyable";
import { FormDialog } from "../../parts/form-dialog";
import { plain } from "../../parts/plain";
import { useChange } from "../../parts/use-change";
import { paramsOf, stateOf } from "./state";
import { viewTexts } from "./view-texts";
import { commandOf, stateOfView, type View, type ViewQuery } from "./views";

const KINDS = ["private", "tenant", "everyone"] as const;

interface Props {
  /** The one to change; without it a new one is made. */
  view?: View;
  query: ViewQuery;
  /** Names of one's own. */
  taken: readonly string[];
  onClose(): void;
  onSaved(view: View): void;
}

export function ViewDialog({ view, query, taken, onClose, onSaved }: Props) {
  const t = useTexts(viewTexts);
  const session = useSession();
  const may = session.may("view.share");
  const [name, setName] = useState(view?.name ?? "");
  const [shared, setShared] = useState<View["shared"]>(view?.shared ?? "private");
  const [tenant, setTenant] = useState(view?.tenant_id ?? "");
  const tenants = useQuery({
    queryKey: ["tenants", "all"],
    enabled: shared === "tenant" && session.may("tenant.read"),
    queryFn: ({ signal }) => get("/api/v1/tenants", { query: { limit: 1000 }, signal }),
  });
  const wanted = name.trim();
  const unless = !wanted ? t("nameNeeded") : wanted !== view?.name && taken.includes(wanted) ? t("taken") : "";
  const saving = useChange<void, View>({
    id: "view",
    quiet: true,
    run: () => {
      const body = { name: wanted, page: "inventory" as const, query, shared, ...(shared === "tenant" && tenant ? { tenant } : {}) };
      return view ? put("/api/v1/views/{view_id}", { path: { view_id: view.id }, ifMatch: view.version, body }) : post("/api/v1/views", { body });
    },
    said: (saved) => t("saved", { name: plain(saved.name) }),
    touches: ["views"],
    onDone: onSaved,
  });
  return (
    <FormDialog
      title={view ? t("titleEdit", { name: plain(view.name) }) : t("titleNew")}
      submit={t("save")}
      busy={saving.isPending}
      error={saving.error}
      unless={unless}
      onSubmit={() => saving.mutate()}
      onClose={onClose}
      {...(view ? {} : { command: commandOf(wanted || "NAME", query, shared, tenant) })}
    >
      <FormField label={t("name")} stretch>
        <Input value={name} autoComplete={false} onChange={({ detail }) => setName(detail.value)} />
      </FormField>
      <FormField label={t("who")} description={t("whoHint")} stretch>
        <RadioGroup
          value={shared}
          items={KINDS.map((value) => ({
            value,
            label: t(value),
            // Taking back what one has shared is always possible.
            ...(may || value === "private" ? {} : { disabled: true, description: t("mayNotShare", { permission: "view.share" }) }),
          }))}
          onChange={({ detail }) => setShared(KINDS.find((each) => each === detail.value) ?? "private")}
        />
      </FormField>
      {shared === "tenant" ? (
        <Choice
          field
          label={t("whichTenant")}
          value={tenant}
          options={[{ value: "", label: t("ownTenant") }, ...(tenants.data?.items ?? []).map((each) => ({ value: each.id, label: plain(each.path) }))]}
          onChange={setTenant}
        />
      ) : null}
      <Kept query={query} {...(view ? { id: view.id } : {})} />
    </FormDialog>
  );
}

function Kept({ query, id }: { query: ViewQuery; id?: string }) {
  const t = useTexts(viewTexts);
  const address = paramsOf({ ...stateOf(new URLSearchParams()), ...stateOfView({ id: id ?? "", query }) }, true);
  const pair = (label: string, value: string | null | undefined) => (value ? [{ label, value: plain(value) }] : []);
  return (
    <FormField label={t("holds")} stretch>
      <KeyValuePairs
        columns={1}
        items={[
          ...pair(t("filter"), query.filter),
          ...pair(t("search"), query.search),
          ...pair(t("order"), query.order_by),
          ...pair(t("columns"), query.columns?.split(",").join(", ")),
          { label: t("link"), value: <Copyable value={`${location.origin}/inventory?${address}`} /> },
        ]}
      />
    </FormField>
  );
}
