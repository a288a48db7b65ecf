import { lazy, Suspense, useState } from "react";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import { useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import { useSession } from "../../api/session";
import type { Resource, Schemas } from "../../api/types";
import { useTerm, useTexts } from "../../i18n/use-texts";
import { usePreferences } from "../../preferences/preferences";
import { ActDialog, type Wanted } from "./act-dialog";
import { actingTexts } from "./texts";

const StartMove = lazy(() => import("../moving/start"));
const MIGRATE = "instance.migrate";
const MOVE = "move";

type Verdict = Schemas["VerdictItem"];

interface Props {
  resource: Resource;
  primary?: boolean;
  /** Whether a list beside it shows a past instant. */
  past?: boolean;
}

/** Everything that can be asked of one resource; what cannot be now says why, and what would help. */
export function ResourceMenu({ resource, primary = false, past = false }: Props) {
  const t = useTexts(actingTexts);
  const term = useTerm();
  const { language } = usePreferences();
  const session = useSession();
  const [wanted, setWanted] = useState<Wanted | null>(null);
  const [moving, setMoving] = useState(false);
  const found = useQuery({
    queryKey: ["resources", "actions", resource.id],
    queryFn: ({ signal }) => get("/api/v1/resources/{resource_id}/actions", { path: { resource_id: resource.id }, signal }),
  });
  const verdicts = found.data ?? [];
  const may = session.may("operation.run");
  const unless = !may ? t("mayNot", { permission: "operation.run" }) : past ? t("pastOnly") : resource.presence === "gone" ? t("isGone") : found.data && verdicts.length === 0 ? t("noActions") : "";
  const why = (verdict: Verdict) => (language === "zh-CN" ? `${verdict.reason_zh}。${verdict.how_to_fix_zh}` : `${verdict.reason}; ${verdict.how_to_fix}`);
  const item = (verdict: Verdict) => ({
    id: verdict.action,
    text: term("action", verdict.action),
    ...(verdict.allowed ? {} : { disabled: true, disabledReason: why(verdict) }),
  });
  const safe = verdicts.filter((verdict) => !verdict.destructive).map(item);
  if (resource.kind === "instance") {
    // Beside what moves it inside of its cloud, where there is that.
    const beside = safe.findIndex((each) => each.id === MIGRATE);
    safe.splice(beside === -1 ? safe.length : beside + 1, 0, { id: MOVE, text: t("moveElsewhere") });
  }
  const lasting = verdicts.filter((verdict) => verdict.destructive).map(item);
  return (
    <>
      <ButtonDropdown
        variant={primary ? "primary" : "normal"}
        items={[...safe, ...(lasting.length > 0 ? [{ text: t("irreversible"), items: lasting }] : [])]}
        loading={found.isPending}
        disabled={unless !== ""}
        {...(unless ? { disabledReason: unless } : {})}
        onItemClick={({ detail }) => {
          if (detail.id === MOVE) setMoving(true);
          const verdict = verdicts.find((each) => each.action === detail.id);
          if (verdict) setWanted({ action: verdict.action, destructive: verdict.destructive, params: verdict.params, targets: [resource] });
        }}
      >
        {t("actions")}
      </ButtonDropdown>
      {wanted ? <ActDialog wanted={wanted} onClose={() => setWanted(null)} /> : null}
      {moving ? (
        <Suspense>
          <StartMove resource={resource} onClose={() => setMoving(false)} />
        </Suspense>
      ) : null}
    </>
  );
}
