import { useDeferredValue, useState } from "react";
import Checkbox from "@cloudscape-design/components/checkbox";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { get, post } from "../../api/client";
import type { Resource, Schemas } from "../../api/types";
import { useTexts } from "../../i18n/use-texts";
import { Previewing } from "../acting/preview";
import { Choice, Typed } from "../choice";
import { FormDialog } from "../form-dialog";
import { plain } from "../plain";
import { useChange } from "../use-change";
import { MoveShown } from "./shown";
import { movingTexts } from "./texts";
import { bodyOf, DAYS, daysFit, movingWords, type Wanted } from "./wanted";

const MOST = 100;

/** Where an instance shall go; what that would do is shown before anything can be sent. */
export default function StartMove({ resource, onClose }: { resource: Resource; onClose(): void }) {
  const t = useTexts(movingTexts);
  const navigate = useNavigate();
  const name = plain(resource.name || resource.native_id || resource.id);
  const [wanted, setWanted] = useState<Wanted>({
    account: "", region: "", flavor: "", network: "", stop: resource.state === "running", retire: false, days: String(DAYS), leaveVolumes: false,
  });
  const set = (change: Partial<Wanted>) => setWanted((before) => ({ ...before, ...change }));
  const there = useThere(wanted);
  const names = new Map((there.data?.lists ?? []).flatMap((list) => list.items.map((each) => [each.native_id, each.name || each.native_id] as const)));
  const several = (there.data?.regions.length ?? 0) > 1;
  const lacks = !wanted.account
    ? t("moveLackAccount")
    : there.isPending
      ? t("moveLooking")
      : several && !wanted.region
        ? t("moveLackRegion")
        : daysFit(wanted)
          ? ""
          : t("moveDaysLack");
  const body = JSON.stringify(bodyOf(resource.id, wanted));
  const looked = useDeferredValue(body);
  const preview = useQuery({
    queryKey: ["preview", "move", looked],
    // Never of what was typed halfway.
    enabled: lacks === "" && looked === body,
    // What was true a moment ago may not be now.
    staleTime: 0,
    gcTime: 0,
    retry: false,
    queryFn: async () => (await post("/api/v1/moves", { query: { dry_run: true }, body: JSON.parse(looked) as Schemas["MoveCreate"] })) as Schemas["MovePreview"],
  });
  const shown = lacks === "" && looked === body ? preview.data : undefined;
  const change = useChange({
    id: `move ${resource.id}`,
    run: async () => (await post("/api/v1/moves", { body: bodyOf(resource.id, wanted) })) as Schemas["MoveDetail"],
    said: () => t("moveAsked", { name }),
    touches: ["moves", "operations", "resources"],
    onDone: (made) => {
      onClose();
      void navigate(`/moves/${made.id}`);
    },
    quiet: true,
  });
  return (
    <FormDialog
      wide
      title={t("moveTitle", { name })}
      submit={t("moveSubmit")}
      busy={change.isPending}
      error={change.error ?? (lacks ? null : preview.error)}
      unless={lacks || (!shown ? t("moveLooking") : shown.how === "person" ? t("moveCannotShort") : "")}
      command={movingWords(resource.id, wanted)}
      onSubmit={() => change.mutate()}
      onClose={onClose}
    >
      <Place wanted={wanted} several={several} there={there.data} onChange={set} />
      <Checkbox checked={wanted.stop} description={t("moveStopHint")} onChange={({ detail }) => set({ stop: detail.checked })}>
        {t("moveStop")}
      </Checkbox>
      <Checkbox checked={wanted.retire} onChange={({ detail }) => set({ retire: detail.checked })}>
        {t("moveRetire")}
      </Checkbox>
      {wanted.retire ? <Typed label={t("moveDays")} type="number" value={wanted.days} error={daysFit(wanted) ? "" : t("moveDaysLack")} onChange={(days) => set({ days })} /> : null}
      <Checkbox checked={wanted.leaveVolumes} onChange={({ detail }) => set({ leaveVolumes: detail.checked })}>
        {t("moveLeave")}
      </Checkbox>
      {shown ? <MoveShown of={shown} names={names} /> : preview.isFetching ? <Previewing /> : null}
    </FormDialog>
  );
}

interface PlaceProps {
  wanted: Wanted;
  several: boolean;
  there: Schemas["ChoicesAnswer"] | undefined;
  onChange(change: Partial<Wanted>): void;
}

function Place({ wanted, several, there, onChange }: PlaceProps) {
  const t = useTexts(movingTexts);
  const found = useQuery({
    queryKey: ["accounts", "all"],
    queryFn: ({ signal }) => get("/api/v1/accounts", { query: { limit: 1000 }, signal }),
  });
  const accounts = (found.data?.items ?? []).map((each) => ({ value: each.name, label: plain(each.name), description: each.provider }));
  const of = (param: string) => (there?.lists.find((each) => each.param === param)?.items ?? []).map((each) => ({ value: each.native_id, label: plain(each.name || each.native_id), disabled: each.usable === false }));
  return (
    <ColumnLayout columns={2}>
      <Choice field label={t("moveTo")} value={wanted.account} options={accounts} onChange={(account) => onChange({ account, region: "", flavor: "", network: "" })} />
      {several ? <Choice field label={t("moveRegion")} value={wanted.region} options={(there?.regions ?? []).map((each) => ({ value: each.native_id, label: plain(each.name || each.native_id) }))} onChange={(region) => onChange({ region, flavor: "", network: "" })} /> : null}
      <Choice field label={t("moveFlavor")} value={wanted.flavor} options={[{ value: "", label: t("moveFlavorOpen") }, ...of("flavor")]} onChange={(flavor) => onChange({ flavor })} />
      <Choice field label={t("moveNetwork")} value={wanted.network} options={[{ value: "", label: t("moveNetworkOpen") }, ...of("networks")]} onChange={(network) => onChange({ network })} />
    </ColumnLayout>
  );
}

/** What there is to choose from at the target. */
function useThere({ account, region }: Wanted) {
  return useQuery({
    queryKey: ["resources", "choices", account, "move", region],
    enabled: account !== "",
    retry: false,
    queryFn: ({ signal }) =>
      get("/api/v1/accounts/{name}/choices", {
        path: { name: account },
        query: { action: "instance.create", only: ["flavor", "networks"], limit: MOST, ...(region ? { region } : {}) },
        signal,
      }),
  });
}
