import { useSyncExternalStore } from "react";
import Alert from "@cloudscape-design/components/alert";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";

import { get } from "../../api/client";
import { useTexts } from "../../i18n/use-texts";
import { liveState, watchState } from "../../live/shared";
import { CommandLine } from "../../parts/command-line";
import { Copyable } from "../../parts/copyable";
import { Word } from "../../parts/deciding/word";
import { Age } from "../../parts/freshness";
import { Inside } from "../../parts/links";
import { TellAll } from "../../parts/moving/shown";
import { Name } from "../../parts/name";
import { plain } from "../../parts/plain";
import { SaidOf } from "../../parts/said";
import { Shown } from "../../parts/states";
import { Deciding } from "./deciding";
import { Ends } from "./ends";
import { goesBack, type Move } from "./standing";
import { Steps } from "./steps";
import { texts } from "./texts";

// Only while no event can tell that it goes on.
const LOOK_AGAIN_MS = 15_000;

export default function MovePage() {
  const { move: id = "" } = useParams();
  const live = useSyncExternalStore(watchState, liveState);
  const found = useQuery({
    queryKey: ["moves", "one", id],
    queryFn: ({ signal }) => get("/api/v1/moves/{move_id}", { path: { move_id: id }, signal }),
    refetchInterval: ({ state }) => (live !== "live" && state.data && !state.data.finished_at ? LOOK_AGAIN_MS : false),
  });
  return <Shown whole of={found}>{(move) => <Known move={move} />}</Shown>;
}

function Known({ move }: { move: Move }) {
  const t = useTexts(texts);
  const way = { from: plain(move.account), to: plain(move.target_account) };
  return (
    <SpaceBetween size="l">
      <Header variant="h1" description={t("way", way)} actions={<Deciding move={move} />}>
        <Name of={move.resource_name || move.resource_id} />
      </Header>
      <Trouble move={move} />
      <About move={move} />
      <Steps items={move.steps} over={move.finished_at !== null} />
      <Ends move={move} />
      {move.person.length > 0 ? (
        <Container header={<Header variant="h2">{t("person")}</Header>}>
          <TellAll items={move.person} />
        </Container>
      ) : null}
      <CommandLine words={["mcm", "move", "show", move.id]} />
    </SpaceBetween>
  );
}

/** Why it failed and what to do; what could not be undone; that somebody wants its end. */
function Trouble({ move }: { move: Move }) {
  const t = useTexts(texts);
  const left = move.steps.some(({ status }) => status === "left");
  if (move.error_message || left) {
    return (
      <Alert type={move.finished_at ? "error" : "warning"} header={left ? t("left") : t("why")}>
        <SaidOf fault={{ code: move.error_code, message: move.error_message ?? t("leftWhat"), nextStep: move.next_step }} whole />
      </Alert>
    );
  }
  return move.cancel_requested && !move.finished_at ? <Alert type="info">{t("asked")}</Alert> : null;
}

function About({ move }: { move: Move }) {
  const t = useTexts(texts);
  const end = (account: string, region: string, id: string | null) => (
    <SpaceBetween size="xxs">
      <span className="console-words">{plain(`${account} · ${region}`)}</span>
      {id ? <Inside href={`/resources/${encodeURIComponent(id)}`}>{t("instance")}</Inside> : null}
    </SpaceBetween>
  );
  return (
    <Container header={<Header variant="h2">{t("about")}</Header>}>
      <KeyValuePairs
        columns={4}
        items={[
          { label: t("status"), value: <Word group="move" word={move.status} /> },
          { label: t("from"), value: end(move.account, move.region, move.resource_id) },
          { label: t("to"), value: end(move.target_account, move.target_region, move.made_id) },
          { label: t("source"), value: t(goesBack(move) ? "sourceBack" : move.retire ? "sourceRetired" : move.stop ? "sourceStopped" : "sourceStays") },
          { label: t("by"), value: <Name of={move.requested_by} /> },
          { label: t("created"), value: <Age at={move.created_at} /> },
          { label: t("started"), value: move.started_at ? <Age at={move.started_at} /> : "–" },
          { label: t("finished"), value: move.finished_at ? <Age at={move.finished_at} /> : "–" },
          { label: t("attempt"), value: String(move.attempt) },
          { label: t("id"), value: <Copyable value={move.id} /> },
        ]}
      />
    </Container>
  );
}
