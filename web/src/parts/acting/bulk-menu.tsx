import { lazy, Suspense, useState } from "react";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import { useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import { useSession } from "../../api/session";
import type { Resource, Schemas } from "../../api/types";
import { useTerm, useTexts } from "../../i18n/use-texts";
import type { Wanted } from "./act-dialog";
import { actingTexts } from "./texts";

// Fetched by whoever asks for something.
const ActDialog = lazy(() => import("./act-dialog").then(({ ActDialog: dialog }) => ({ default: dialog })));

interface Props {
  selected: readonly Resource[];
  /** Whether what is shown is how it was at a past instant. */
  past: boolean;
  onDone(): void;
}

/** What can be asked of several at once: whatever needs nothing but its name to be said. */
export function BulkMenu({ selected, past, onDone }: Props) {
  const t = useTexts(actingTexts);
  const term = useTerm();
  const session = useSession();
  const [wanted, setWanted] = useState<Wanted | null>(null);
  const found = useQuery({ queryKey: ["actions"], staleTime: Infinity, enabled: selected.length > 0, queryFn: ({ signal }) => get("/api/v1/actions", { signal }) });
  const kinds = new Set(selected.map((each) => each.kind));
  const [kind] = kinds;
  const fitting = (found.data ?? []).filter((action) => forMany(action, kind ?? ""));
  const unless = reasonOf();
  const item = (action: Schemas["ActionItem"]) => ({ id: action.id, text: term("action", action.id) });
  const lasting = fitting.filter((action) => action.destructive).map(item);

  function reasonOf(): string {
    if (!session.may("operation.run")) return t("mayNot", { permission: "operation.run" });
    if (past) return t("pastOnly");
    if (selected.length === 0) return t("selectFirst");
    if (kinds.size > 1) return t("oneKind");
    return found.data && fitting.length === 0 ? t("noActions") : "";
  }

  return (
    <>
      <ButtonDropdown
        items={[...fitting.filter((action) => !action.destructive).map(item), ...(lasting.length > 0 ? [{ text: t("irreversible"), items: lasting }] : [])]}
        loading={found.isFetching}
        disabled={unless !== ""}
        {...(unless ? { disabledReason: unless } : {})}
        onItemClick={({ detail }) => {
          const action = fitting.find((each) => each.id === detail.id);
          if (action) setWanted({ action: action.id, destructive: action.destructive, params: action.params, targets: selected });
        }}
      >
        {t("actions")}
      </ButtonDropdown>
      <Suspense>
        {wanted ? (
          <ActDialog
            wanted={wanted}
            onClose={() => {
              setWanted(null);
              onDone();
            }}
          />
        ) : null}
      </Suspense>
    </>
  );
}

const SIMPLE = new Set(["mode"]);

export function forMany(action: Pick<Schemas["ActionItem"], "kind" | "on_account" | "effect" | "params">, kind: string): boolean {
  const names = Object.keys((action.params["properties"] ?? {}) as Record<string, unknown>);
  return action.kind === kind && !action.on_account && action.effect !== "shows" && names.every((name) => SIMPLE.has(name));
}
