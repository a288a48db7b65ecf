import { useState } from "react";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";

import { post } from "../../api/client";
import { useSession } from "../../api/session";
import type { AccountDetail } from "../../api/types";
import { useTexts } from "../../i18n/use-texts";
import { useChange } from "../../parts/use-change";
import { CheckDialog, RemoveDialog, SecretsDialog } from "./account-dialogs";
import { menuTexts } from "./menu-texts";

type Open = "check" | "secrets" | "remove";

/** What can be done to a connection; nothing of it happens at the cloud. */
export function AccountMenu({ account }: { account: AccountDetail }) {
  const t = useTexts(menuTexts);
  const may = useSession().may("account.write");
  const [open, setOpen] = useState<Open | null>(null);
  const { name } = account;
  const paused = account.status === "paused";
  const pausing = useChange({
    id: `pause ${name}`,
    run: () => (paused ? post("/api/v1/accounts/{name}/resume", { path: { name } }) : post("/api/v1/accounts/{name}/pause", { path: { name } })),
    said: () => (paused ? t("resumed", { name }) : t("paused", { name })),
    touches: ["accounts", "runs", "resources"],
  });
  const unless = !may ? t("mayNot", { permission: "account.write" }) : account.partial ? t("partial") : "";
  const close = () => setOpen(null);
  return (
    <>
      <ButtonDropdown
        loading={pausing.isPending}
        disabled={unless !== ""}
        {...(unless ? { disabledReason: unless } : {})}
        items={[
          { id: "check", text: t("check") },
          { id: "pause", text: paused ? t("resume") : t("pause") },
          { id: "secrets", text: t("secrets"), ...(account.secrets_set.length === 0 ? { disabled: true, disabledReason: t("noSecrets") } : {}) },
          { id: "remove", text: t("remove") },
        ]}
        onItemClick={({ detail }) => (detail.id === "pause" ? pausing.mutate() : setOpen(detail.id as Open))}
      >
        {t("actions")}
      </ButtonDropdown>
      {open === "check" ? <CheckDialog name={name} onClose={close} /> : null}
      {open === "secrets" ? <SecretsDialog account={account} onClose={close} /> : null}
      {open === "remove" ? <RemoveDialog account={account} onClose={close} /> : null}
    </>
  );
}
