import { useEffect, useRef, useState } from "react";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { get, patch, post, remove } from "../../api/client";
import type { AccountDetail } from "../../api/types";
import { useTexts } from "../../i18n/use-texts";
import { CommandLine } from "../../parts/command-line";
import { FormDialog } from "../../parts/form-dialog";
import { Loading, Shown } from "../../parts/states";
import { useChange } from "../../parts/use-change";
import { CheckResult } from "./check-result";
import { type Answers, secretsOf } from "./connection";
import { ConnectionFields } from "./connection-fields";
import { menuTexts } from "./menu-texts";

interface Props {
  account: AccountDetail;
  onClose(): void;
}

/** Signs in now and says what it found; the page behind it is read again, as its state may be another. */
export function CheckDialog({ name, onClose }: { name: string; onClose(): void }) {
  const t = useTexts(menuTexts);
  const queries = useQueryClient();
  const found = useQuery({
    queryKey: ["account check", name],
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
    queryFn: async () => {
      const answer = await post("/api/v1/accounts/{name}/check", { path: { name } });
      void queries.invalidateQueries({ queryKey: ["accounts"] });
      return answer;
    },
  });
  return (
    <Modal
      visible
      header={t("checkTitle", { name })}
      closeAriaLabel={t("close")}
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button loading={found.isFetching} onClick={() => void found.refetch()}>
              {t("again")}
            </Button>
            <Button variant="primary" onClick={onClose}>
              {t("close")}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        {found.isFetching ? <Loading /> : <Shown of={found}>{(answer) => <CheckResult of={answer} />}</Shown>}
        <CommandLine words={["mcm", "account", "check", name]} />
      </SpaceBetween>
    </Modal>
  );
}

export function SecretsDialog({ account, onClose }: Props) {
  const t = useTexts(menuTexts);
  const { name, provider, version } = account;
  const [answers, setAnswers] = useState<Answers>({});
  const form = useQuery({
    queryKey: ["providers", provider],
    staleTime: Infinity,
    queryFn: ({ signal }) => get("/api/v1/providers/{name}", { path: { name: provider }, signal }),
  });
  const questions = (form.data?.connection ?? []).filter(({ secret }) => secret);
  const secrets = secretsOf(questions, answers);
  const given = Object.keys(secrets);
  const changing = useChange({
    id: `secrets ${name}`,
    run: () => patch("/api/v1/accounts/{name}", { path: { name }, body: { secrets }, ifMatch: version }),
    said: () => t("secretsChanged", { name }),
    touches: ["accounts"],
    onDone: onClose,
    quiet: true,
  });
  return (
    <FormDialog
      title={t("secretsTitle", { name })}
      submit={t("save")}
      busy={changing.isPending}
      error={changing.error}
      unless={given.length === 0 ? t("enterOne") : ""}
      command={["account", "update", name, ...(given.length > 0 ? given : account.secrets_set).flatMap((key) => ["--secret", `${key}=-`])]}
      onSubmit={() => changing.mutate()}
      onClose={onClose}
    >
      <Shown of={form}>
        {() => (
          <ConnectionFields
            questions={questions}
            answers={answers}
            wrong={{}}
            stored={account.secrets_set}
            onAnswer={(key, answer) => setAnswers((before) => ({ ...before, [key]: answer }))}
          />
        )}
      </Shown>
    </FormDialog>
  );
}

interface Forgotten {
  account: string;
  resources: number;
}

export function RemoveDialog({ account, onClose }: Props) {
  const t = useTexts(menuTexts);
  const navigate = useNavigate();
  const { name } = account;
  const preview = useQuery({
    queryKey: ["account removal", name],
    staleTime: 0,
    gcTime: 0,
    retry: false,
    queryFn: async () => (await remove("/api/v1/accounts/{name}", { path: { name }, query: { dry_run: true } })) as unknown as Forgotten,
  });
  const removing = useChange({
    id: `removed ${name}`,
    run: async () => (await remove("/api/v1/accounts/{name}", { path: { name } })) as unknown as Forgotten,
    said: ({ resources }) => t("removed", { name, n: resources }),
    touches: ["accounts", "resources", "runs"],
  });
  // Asked for when the page behind the dialog has gone: events would make it ask for what is no longer there. A notice
  // says what came of it.
  const decided = useRef(false);
  const { mutate } = removing;
  useEffect(
    () => () => {
      if (decided.current) mutate();
    },
    [mutate],
  );
  return (
    <FormDialog
      title={t("removeTitle", { name })}
      submit={t("remove")}
      busy={removing.isPending}
      error={preview.error}
      unless={preview.data ? "" : t("looking")}
      confirm={name}
      command={["account", "remove", name]}
      onSubmit={() => {
        decided.current = true;
        void navigate("/accounts");
      }}
      onClose={onClose}
    >
      {preview.data ? (
        <Alert type="warning" header={t("removeSays", { n: preview.data.resources })}>
          {t("removeHint")}
        </Alert>
      ) : preview.isPending ? (
        <Loading />
      ) : null}
    </FormDialog>
  );
}
