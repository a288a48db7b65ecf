import { useState } from "react";
import Alert from "@cloudscape-design/components/alert";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";

import { post } from "../../api/client";
import { useSession } from "../../api/session";
import { useTexts } from "../../i18n/use-texts";
import { AllowedButton } from "../../parts/allowed-button";
import { Typed } from "../../parts/choice";
import { useBoth, useWord } from "../../parts/deciding/word";
import { FormDialog } from "../../parts/form-dialog";
import { plain } from "../../parts/plain";
import { Shown } from "../../parts/states";
import { useAddress } from "../../parts/use-address";
import { useChange } from "../../parts/use-change";
import type { PlacementDetail } from "./outcome";
import { texts } from "./texts";

type Asked = "apply" | "approve" | "reject" | "cancel";
const TOUCHES = ["placements", "reservations", "locations"];

/** What can be done with a decision, each with its reason where it cannot. */
export function Deciding({ placement }: { placement: PlacementDetail }) {
  const t = useTexts(texts);
  const say = useWord();
  const { set } = useAddress();
  const session = useSession();
  const [asked, setAsked] = useState<Asked | null>(null);
  const { status } = placement;
  const isStatus = t("isStatus", { status: say("placement", status) });
  const deciding = status !== "awaiting_approval" ? isStatus : placement.requested_by === session.user ? t("own") : "";
  const close = () => setAsked(null);
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <AllowedButton permission="placement.run" onClick={() => set({ replay: "1" }, true)}>
        {t("replay")}
      </AllowedButton>
      <AllowedButton permission="placement.run" unless={status === "reserved" || status === "awaiting_approval" ? "" : isStatus} onClick={() => setAsked("cancel")}>
        {t("takeBack")}
      </AllowedButton>
      <AllowedButton permission="plan.approve" unless={deciding} onClick={() => setAsked("reject")}>
        {t("reject")}
      </AllowedButton>
      <AllowedButton permission="plan.approve" unless={deciding} onClick={() => setAsked("approve")}>
        {t("approve")}
      </AllowedButton>
      <AllowedButton permission="placement.run" variant="primary" unless={status === "reserved" ? "" : isStatus} onClick={() => setAsked("apply")}>
        {t("apply")}
      </AllowedButton>
      {asked === "apply" ? <Apply placement={placement} onClose={close} /> : null}
      {asked && asked !== "apply" ? <Decide placement={placement} verb={asked} onClose={close} /> : null}
    </SpaceBetween>
  );
}

function Apply({ placement, onClose }: { placement: PlacementDetail; onClose(): void }) {
  const t = useTexts(texts);
  const both = useBoth();
  const path = { placement_id: placement.id };
  const looked = useQuery({
    queryKey: ["placements", "applying", placement.id],
    queryFn: async () => {
      const answer = await post("/api/v1/placements/{placement_id}/apply", { path, query: { dry_run: true } });
      return "would_make" in answer ? answer : null;
    },
  });
  const change = useChange({
    id: `placement ${placement.id}`,
    run: () => post("/api/v1/placements/{placement_id}/apply", { path }),
    said: () => t("applied"),
    touches: TOUCHES,
    onDone: onClose,
    quiet: true,
  });
  return (
    <FormDialog
      title={t("applyTitle", { n: placement.instances })}
      submit={t("apply")}
      busy={change.isPending}
      error={change.error}
      unless={looked.isPending ? t("applyWhat") : ""}
      onSubmit={() => change.mutate()}
      onClose={onClose}
      command={["placement", "apply", placement.id]}
    >
      <SpaceBetween size="m">
        <div>{t("applyWhat")}</div>
        <Shown of={looked}>
          {(found) => (
            <SpaceBetween size="s">
              <ul>
                {(found?.at ?? placement.at).map((each) => (
                  <li key={each}>{plain(each)}</li>
                ))}
              </ul>
              {found && found.against.length > 0 ? (
                <Alert type="error" header={t("against")}>
                  <ul>
                    {found.against.map((each, index) => (
                      <li key={index}>{both(String(each["reason"] ?? each["message"] ?? JSON.stringify(each)), String(each["reason_zh"] ?? each["message_zh"] ?? ""))}</li>
                    ))}
                  </ul>
                </Alert>
              ) : null}
            </SpaceBetween>
          )}
        </Shown>
      </SpaceBetween>
    </FormDialog>
  );
}

function Decide({ placement, verb, onClose }: { placement: PlacementDetail; verb: Exclude<Asked, "apply">; onClose(): void }) {
  const t = useTexts(texts);
  const [reason, setReason] = useState("");
  // The hash that was shown when the dialog was opened, whatever the page has read since.
  const [hash] = useState(placement.hash);
  const path = { placement_id: placement.id };
  const said = { approve: t("approved"), reject: t("rejected"), cancel: t("takenBack") };
  const change = useChange({
    id: `placement ${placement.id}`,
    run: () => {
      if (verb === "approve") return post("/api/v1/placements/{placement_id}/approve", { path, body: { hash } });
      if (verb === "reject") return post("/api/v1/placements/{placement_id}/reject", { path, body: { reason: reason.trim() } });
      return post("/api/v1/placements/{placement_id}/cancel", { path });
    },
    said: () => said[verb],
    touches: TOUCHES,
    onDone: onClose,
    quiet: true,
  });
  const label = verb === "cancel" ? t("takeBack") : t(verb);
  return (
    <FormDialog
      title={verb === "cancel" ? t("takeBackTitle") : `${label}: ${plain(placement.workload)}`}
      submit={label}
      busy={change.isPending}
      error={change.error}
      unless={verb === "reject" && !reason.trim() ? t("rejectLacks") : ""}
      onSubmit={() => change.mutate()}
      onClose={onClose}
      command={["placement", verb, placement.id, ...(verb === "reject" ? ["--reason", reason.trim() || "…"] : [])]}
    >
      {verb === "approve" ? (
        <SpaceBetween size="s">
          <div>{t("approveWhat")}</div>
          <code className="console-code">{hash}</code>
        </SpaceBetween>
      ) : verb === "reject" ? (
        <Typed label={t("reason")} value={reason} onChange={setReason} />
      ) : null}
    </FormDialog>
  );
}
