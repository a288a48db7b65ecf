import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { post } from "../../api/client";
import { useTexts } from "../../i18n/use-texts";
import { FormDialog } from "../../parts/form-dialog";
import { plain } from "../../parts/plain";
import { Shown } from "../../parts/states";
import { useChange } from "../../parts/use-change";
import { texts } from "./texts";

const APPLY = "/api/v1/optimizations/{optimization_id}/apply";

/** First how many plans of what it would make; then the plans, which wait to be looked at. */
export function ApplyDialog({ id, onClose }: { id: string; onClose(): void }) {
  const t = useTexts(texts);
  const navigate = useNavigate();
  const path = { optimization_id: id };
  const looked = useQuery({
    queryKey: ["optimizations", "applying", id],
    queryFn: () => post(APPLY, { path, query: { dry_run: true }, body: { moves: "none" } }),
  });
  const change = useChange({
    id: `optimization ${id}`,
    run: () => post(APPLY, { path, body: { moves: "none" } }),
    said: (done) => t("applied", { n: done.plans.length }),
    touches: ["optimizations", "plans"],
    onDone: (done) => {
      const [only, more] = done.plans;
      void navigate(only?.plan_id && !more ? `/plans/${only.plan_id}` : "/plans");
    },
    quiet: true,
  });
  return (
    <FormDialog
      title={t("applyTitle")}
      submit={t("apply")}
      busy={change.isPending}
      error={change.error}
      unless={looked.data?.plans.length === 0 ? t("nothingToMove") : ""}
      onSubmit={() => change.mutate()}
      onClose={onClose}
    >
      <SpaceBetween size="s">
        <div>{t("applyWhat")}</div>
        <Shown of={looked}>
          {(would) => (
            <ul>
              <li>{t("plansWould", { n: would.plans.length, resources: would.plans.reduce((sum, each) => sum + each.resources, 0) })}</li>
              {would.plans.map((each) => (
                <li key={each.host}>{plain(`${each.host}: ${each.resources}`)}</li>
              ))}
              {would.person > 0 ? <li>{t("byPerson", { n: would.person })}</li> : null}
              {would.place > 0 ? <li>{t("byPlace", { n: would.place })}</li> : null}
              {would.already > 0 ? <li>{t("already", { n: would.already })}</li> : null}
            </ul>
          )}
        </Shown>
      </SpaceBetween>
    </FormDialog>
  );
}
