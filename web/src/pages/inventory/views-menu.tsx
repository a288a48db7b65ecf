import { lazy, Suspense, useEffect, useState } from "react";
import ButtonDropdown, { type ButtonDropdownProps } from "@cloudscape-design/components/button-dropdown";

import { put } from "../../api/client";
import { useFlashes } from "../../app/flashes";
import { useTexts } from "../../i18n/use-texts";
import { plain } from "../../parts/plain";
import { useChange } from "../../parts/use-change";
import { usePainted } from "../../parts/use-painted";
import { onlyNames, type State } from "./state";
import type { Change } from "./use-state";
import { viewTexts } from "./view-texts";
import { differs, queryOf, stateOfView, useViews, type View } from "./views";

// Fetched by whoever opens them.
const ViewDialog = lazy(() => import("./view-dialog").then(({ ViewDialog: dialog }) => ({ default: dialog })));
const RemoveView = lazy(() => import("./remove-view"));

interface Props {
  state: State;
  shown: readonly string[];
  /** Whether the rows are there, which come first. */
  listed: boolean;
  onChange: Change;
}

/** Saved views: choosing one puts all it says into the address, which is what is saved. */
export function ViewsMenu({ state, shown, listed, onChange }: Props) {
  const t = useTexts(viewTexts);
  const flashes = useFlashes();
  const linked = onlyNames(state) ? state.view : "";
  const painted = usePainted(listed);
  const found = useViews(painted || linked !== "");
  const [asked, setAsked] = useState<"save" | "edit" | "remove" | null>(null);
  const views = found.data ?? [];
  const chosen = views.find((each) => each.id === state.view);
  const changed = chosen !== undefined && differs(chosen, state, shown);

  const update = useChange<View, View>({
    id: "view",
    run: (view) =>
      put("/api/v1/views/{view_id}", {
        path: { view_id: view.id },
        ifMatch: view.version,
        body: { name: view.name, page: "inventory", query: queryOf(state, shown), shared: view.shared, ...(view.tenant_id ? { tenant: view.tenant_id } : {}) },
      }),
    said: (view) => t("saved", { name: plain(view.name) }),
    touches: ["views"],
  });

  useEffect(() => {
    if (!linked || !found.data) return;
    const view = found.data.find((each) => each.id === linked);
    if (view) onChange(stateOfView(view), true);
    else {
      flashes.show({ id: "view", type: "warning", content: t("unknown") });
      onChange({ view: "" }, true);
    }
  }, [linked, found.data, onChange, flashes, t]);

  const why = (own: boolean) => (!chosen ? t("noneChosen") : !(own ? chosen.mine : chosen.may_remove) ? t("notYours") : "");
  const item = (id: string, text: string, reason: string) => ({ id, text, disabled: reason !== "", ...(reason ? { disabledReason: reason } : {}) });
  const one = (view: View): ButtonDropdownProps.CheckboxItem => {
    const told = view.mine ? (view.shared === "private" ? "" : t(view.shared === "tenant" ? "sharedTenant" : "sharedEveryone")) : t("by", { owner: plain(view.owner) });
    return { id: view.id, itemType: "checkbox", checked: view.id === state.view, text: plain(view.name), ...(told ? { secondaryText: told } : {}) };
  };
  const group = (text: string, items: View[]) => (items.length > 0 ? [{ text, items: items.map(one) }] : []);

  return (
    <>
      <ButtonDropdown
        expandToViewport
        loading={found.isPending}
        items={[
          ...group(t("own"), views.filter((each) => each.mine)),
          ...group(t("ofOthers"), views.filter((each) => !each.mine)),
          {
            text: t("manage"),
            items: [
              item("save", t("saveAs"), ""),
              item("update", t("update"), why(true) || (changed ? "" : t("unchanged"))),
              item("edit", t("edit"), why(true)),
              item("remove", t("remove"), why(false)),
            ],
          },
        ]}
        onItemClick={({ detail: { id } }) => {
          const view = views.find((each) => each.id === id);
          if (view) onChange(stateOfView(view));
          else if (id === "update" && chosen) update.mutate(chosen);
          else if (id === "save" || id === "edit" || id === "remove") setAsked(id);
        }}
      >
        {chosen ? t(changed ? "viewWas" : "viewIs", { name: shortened(plain(chosen.name)) }) : t("views")}
      </ButtonDropdown>
      <Suspense>
        {asked === "save" || (asked === "edit" && chosen) ? (
          <ViewDialog
            {...(asked === "edit" && chosen ? { view: chosen } : {})}
            query={asked === "edit" && chosen ? chosen.query : queryOf(state, shown)}
            taken={views.filter((each) => each.mine).map((each) => each.name)}
            onClose={() => setAsked(null)}
            onSaved={(view) => {
              setAsked(null);
              if (asked === "save") onChange(stateOfView(view));
            }}
          />
        ) : null}
        {asked === "remove" && chosen ? (
          <RemoveView
            view={chosen}
            onClose={() => setAsked(null)}
            onRemoved={() => {
              setAsked(null);
              onChange({ view: "" });
            }}
          />
        ) : null}
      </Suspense>
    </>
  );
}

const LONGEST = 32;

function shortened(name: string): string {
  const letters = [...name];
  return letters.length > LONGEST ? `${letters.slice(0, LONGEST).join("")}…` : name;
}
