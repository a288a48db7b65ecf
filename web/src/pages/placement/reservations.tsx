import { useState } from "react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { get, post } from "../../api/client";
import type { Schemas } from "../../api/types";
import { useTexts } from "../../i18n/use-texts";
import { AllowedButton } from "../../parts/allowed-button";
import { Choice } from "../../parts/choice";
import { useWord } from "../../parts/deciding/word";
import { words } from "../../parts/deciding/words";
import { FormDialog } from "../../parts/form-dialog";
import { Inside } from "../../parts/links";
import { Listing } from "../../parts/listing";
import { plain } from "../../parts/plain";
import { Empty } from "../../parts/states";
import { useAddress } from "../../parts/use-address";
import { useChange } from "../../parts/use-change";
import { useReservationColumns } from "./reserved";
import { texts } from "./texts";

const SIZE = 50;
type Reservation = Schemas["ReservationItem"];
const STATUSES = Object.keys(words.reservation) as Reservation["status"][];

export default function Reservations() {
  const t = useTexts(texts);
  const say = useWord();
  const { set, value } = useAddress();
  const [asked, setAsked] = useState<Reservation | null>(null);
  const status = STATUSES.find((each) => each === value("status"));
  const cursor = value("cursor");
  const found = useQuery({
    queryKey: ["reservations", "list", status, cursor],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => get("/api/v1/reservations", { query: { limit: SIZE, cursor, ...(status ? { status: [status] } : {}) }, signal }),
  });
  return (
    <>
      <Listing
        of={found}
        title={t("reservations")}
        subtitle={t("reservationsSubtitle")}
        trackBy={(each) => each.id}
        pagesOf={status ?? ""}
        filter={<Choice label={t("status")} value={status ?? ""} options={[{ value: "", label: t("anyStatus") }, ...STATUSES.map((each) => ({ value: each, label: say("reservation", each) }))]} onChange={(to) => set({ status: to, cursor: "", page: "" })} />}
        columns={[
          ...useReservationColumns(),
          { id: "decision", header: t("decision"), width: 150, cell: (each) => <Inside href={`/placements/${each.placement_id}`}>{t("decision")}</Inside> },
          {
            id: "release",
            header: t("release"),
            width: 130,
            cell: (each) => (
              <AllowedButton permission="placement.run" variant="inline-link" unless={each.status === "reserved" ? "" : t("notHeld")} ariaLabel={`${t("release")}: ${plain(each.tier)}, ${plain(each.location)}`} onClick={() => setAsked(each)}>
                {t("release")}
              </AllowedButton>
            ),
          },
        ]}
        empty={<Empty title={t("noReservations")} />}
      />
      {asked ? <Release reservation={asked} onClose={() => setAsked(null)} /> : null}
    </>
  );
}

function Release({ reservation, onClose }: { reservation: Reservation; onClose(): void }) {
  const t = useTexts(texts);
  const change = useChange({
    id: `reservation ${reservation.id}`,
    run: () => post("/api/v1/reservations/{reservation_id}/release", { path: { reservation_id: reservation.id } }),
    said: () => t("released"),
    touches: ["reservations", "placements", "locations"],
    onDone: onClose,
    quiet: true,
  });
  return (
    <FormDialog
      title={t("releaseTitle", { tier: plain(reservation.tier), location: plain(reservation.location) })}
      submit={t("release")}
      busy={change.isPending}
      error={change.error}
      onSubmit={() => change.mutate()}
      onClose={onClose}
      command={["reservation", "release", reservation.id]}
    >
      {t("releaseWhat")}
    </FormDialog>
  );
}
