import { useState } from "react";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useNavigate } from "react-router";

import { post } from "../../api/client";
import type { Schemas } from "../../api/types";
import { useTexts } from "../../i18n/use-texts";
import { Choice, Typed } from "../../parts/choice";
import { useWord } from "../../parts/deciding/word";
import { words } from "../../parts/deciding/words";
import { FormDialog } from "../../parts/form-dialog";
import { useChange } from "../../parts/use-change";
import { texts } from "./texts";

type Wanted = Schemas["OptimizationCreate"];
type Goal = NonNullable<Wanted["goal"]>;
const GOALS = Object.keys(words.goal) as Goal[];

export function Start({ onClose }: { onClose(): void }) {
  const t = useTexts(texts);
  const say = useWord();
  const navigate = useNavigate();
  const [goal, setGoal] = useState<Goal>("cost");
  const [account, setAccount] = useState("");
  const [site, setSite] = useState("");
  const [level, setLevel] = useState<NonNullable<Wanted["level"]>>("host");
  const [currency, setCurrency] = useState("");
  const [least, setLeast] = useState("1");
  const [limit, setLimit] = useState("60");
  const [reserve, setReserve] = useState("10");
  const evacuating = goal === "evacuate";
  const given = [account.trim(), evacuating ? site.trim() : ""];
  const numbers = /^\d+$/.test(limit) && Number(limit) > 0 && /^\d+(\.\d+)?$/.test(least) && /^\d+$/.test(reserve) && Number(reserve) <= 90;
  const lacks = evacuating && given.filter(Boolean).length !== 1 ? t("lackEvacuate") : numbers ? "" : t("lackNumber");
  const change = useChange({
    id: "optimize",
    run: () =>
      post("/api/v1/optimizations", {
        body: {
          goal,
          level,
          ...(currency.trim() ? { currency: currency.trim().toUpperCase() } : {}),
          least_saving: least,
          time_limit_s: Number(limit),
          reserve: Number(reserve) / 100,
          ...(given[0] ? { account: given[0] } : {}),
          ...(given[1] ? { site: given[1] } : {}),
        },
      }),
    said: () => t("started"),
    touches: ["optimizations"],
    onDone: (found) => void navigate(`/optimizations/${found.id}`),
    quiet: true,
  });
  const command = [
    "optimize", "--goal", goal,
    ...(given[0] ? ["--account", given[0]] : []),
    ...(given[1] ? ["--site", given[1]] : []),
    ...(goal === "rebalance" ? ["--level", level] : []),
    ...(currency.trim() ? ["--currency", currency.trim().toUpperCase()] : []), "--time-limit", limit,
  ];
  return (
    <FormDialog title={t("startTitle")} submit={t("start")} busy={change.isPending} error={change.error} unless={lacks} onSubmit={() => change.mutate()} onClose={onClose} command={command}>
      <SpaceBetween size="m">
        <div>{t("startWhat")}</div>
        <Choice field label={t("goal")} value={goal} options={GOALS.map((each) => ({ value: each, label: say("goal", each) }))} onChange={(to) => setGoal(to as Goal)} />
        <Typed label={t("account")} hint={t("accountHint")} value={account} onChange={setAccount} />
        {evacuating ? <Typed label={t("site")} value={site} onChange={setSite} /> : null}
        {goal === "rebalance" ? (
          <Choice
            field
            label={t("level")}
            value={level}
            options={[
              { value: "host", label: t("levelHost") },
              { value: "location", label: t("levelLocation") },
            ]}
            onChange={(to) => setLevel(to === "location" ? "location" : "host")}
          />
        ) : null}
        <Typed label={t("currency")} value={currency} onChange={setCurrency} />
        {goal === "cost" ? <Typed label={t("least")} value={least} onChange={setLeast} /> : null}
        {goal === "consolidate" ? <Typed label={t("reserve")} type="number" value={reserve} onChange={setReserve} /> : null}
        <Typed label={t("limit")} type="number" value={limit} onChange={setLimit} />
      </SpaceBetween>
    </FormDialog>
  );
}
