import { useState } from "react";
import Checkbox from "@cloudscape-design/components/checkbox";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useSearchParams } from "react-router";

import { post } from "../../../api/client";
import { useSession } from "../../../api/session";
import { useTexts } from "../../../i18n/use-texts";
import { Choice, Typed } from "../../../parts/choice";
import { faultsOf } from "../../../parts/faults";
import { FormDialog } from "../../../parts/form-dialog";
import { plain } from "../../../parts/plain";
import { useChange } from "../../../parts/use-change";
import { useAccounts } from "../../accounts/use-accounts";
import { regionsOf } from "./regions";
import { texts } from "./texts";

export function FetchDialog({ onClose }: { onClose(): void }) {
  const t = useTexts(texts);
  const may = useSession().may("account.read");
  const accounts = useAccounts();
  const [, setParams] = useSearchParams();
  const [account, setAccount] = useState("");
  const [typed, setTyped] = useState("");
  const [preview, setPreview] = useState(true);
  const regions = regionsOf(typed);
  const change = useChange({
    id: "price fetch",
    run: () => post("/api/v1/price-lists/fetch", { body: { account: account.trim(), regions, preview } }),
    said: () => t("asked"),
    touches: ["prices"],
    onDone: (fetch) => {
      onClose();
      setParams({ id: fetch.id });
    },
    quiet: true,
  });
  const faults = faultsOf(change.error);
  const options = (accounts.data?.items ?? []).map((each) => ({ value: each.name, label: plain(each.name), description: each.provider }));
  return (
    <FormDialog
      title={t("create")}
      submit={t("start")}
      busy={change.isPending}
      error={change.error}
      unless={account.trim() ? "" : t("chooseAccount")}
      onSubmit={() => change.mutate()}
      onClose={onClose}
      command={["price", "fetch", account || "…", ...regions.flatMap((each) => ["--region", each]), ...(preview ? ["--dry-run"] : [])]}
    >
      <SpaceBetween size="m">
        <div>{t("createWhat")}</div>
        {may ? <Choice field label={t("account")} value={account} options={options} onChange={setAccount} /> : <Typed label={t("account")} value={account} error={faults["account"] ?? ""} onChange={setAccount} />}
        <Typed label={t("regions")} hint={t("regionsHint")} example="westeurope, northeurope" value={typed} error={faults["regions"] ?? ""} onChange={setTyped} />
        <Checkbox checked={preview} onChange={({ detail }) => setPreview(detail.checked)}>
          {t("preview")}
        </Checkbox>
      </SpaceBetween>
    </FormDialog>
  );
}
