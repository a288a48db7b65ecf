import { useState } from "react";
import Alert from "@cloudscape-design/components/alert";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Wizard from "@cloudscape-design/components/wizard";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { get, post } from "../../api/client";
import type { Schemas } from "../../api/types";
import { useTexts } from "../../i18n/use-texts";
import { Shown } from "../../parts/states";
import { useSteps, useWizardWords } from "../../parts/stepping";
import { useAddress } from "../../parts/use-address";
import { useChange } from "../../parts/use-change";
import { ConnectionStep, NameStep, ProviderStep, TestStep } from "./add-steps";
import { addTexts } from "./add-texts";
import { type Answers, configOf, listOf, type Named, secretsOf, wrongIn } from "./connection";

type Body = Schemas["AccountCreate"];
const NOBODY: Named = { name: "", ownership: "private", labels: "", site: "", city: "", jurisdiction: "" };

/** From a choice of clouds to one that is connected; it is tried before anything is stored. */
export default function AddAccount() {
  const found = useQuery({ queryKey: ["providers"], staleTime: Infinity, queryFn: ({ signal }) => get("/api/v1/providers", { signal }) });
  return <Shown whole of={found}>{({ items }) => <Asking providers={items} />}</Shown>;
}

function Asking({ providers }: { providers: readonly Schemas["ProviderItem"][] }) {
  const t = useTexts(addTexts);
  const words = useWizardWords();
  const navigate = useNavigate();
  const { set, value } = useAddress();
  // Chosen here first and in the address after it, which changes later than a key is pressed.
  const [chosen, setChosen] = useState(value("provider"));
  const provider = providers.find((each) => each.name === chosen && each.installed);
  const [answers, setAnswers] = useState<Answers>({});
  const [named, setNamed] = useState<Named>(NOBODY);
  const questions = provider?.connection ?? [];
  const wrong = wrongIn(questions, answers);
  const config = configOf(questions, answers);
  const secrets = secretsOf(questions, answers);
  const body: Body = {
    name: named.name.trim(),
    provider: provider?.name ?? "",
    ownership: named.ownership as Body["ownership"],
    labels: listOf(named.labels),
    config,
    secrets,
    ...(named.site.trim() ? { site: named.site.trim() } : {}),
    ...(named.city.trim() ? { city: named.city.trim() } : {}),
    ...(named.jurisdiction.trim() ? { jurisdiction: named.jurisdiction.trim() } : {}),
  };
  const lacking = [
    provider ? "" : t("chooseFirst"),
    Object.keys(wrong).length > 0 ? t("fillIn") : "",
    body.name ? "" : t("fillIn"),
  ];
  // Secrets stand in no address: whoever loads the page anew begins where something is missing.
  const { step, go, forgive, error } = useSteps(lacking, { last: 3 });

  const adding = useChange({
    id: "account added",
    run: () => post("/api/v1/accounts", { body }),
    said: () => t("connected", { name: body.name }),
    touches: ["accounts", "runs"],
    quiet: true,
    onDone: (account) => void navigate(`/accounts/${encodeURIComponent(account.name)}`),
  });

  return (
    <SpaceBetween size="m">
      <Header variant="h1">{t("title")}</Header>
      <Wizard
        activeStepIndex={step}
        i18nStrings={words}
        submitButtonText={t("connect")}
        isLoadingNextStep={adding.isPending}
        onNavigate={go}
        onCancel={() => void navigate("/accounts")}
        onSubmit={() => adding.mutate()}
        steps={[
          {
            title: t("stepProvider"),
            ...error,
            content: (
              <ProviderStep
                providers={providers}
                chosen={provider?.name ?? ""}
                onChoose={(name) => {
                  if (name !== provider?.name) setAnswers({});
                  forgive();
                  setChosen(name);
                  set({ provider: name }, true);
                }}
              />
            ),
          },
          {
            title: t("stepConnection"),
            ...error,
            content: provider ? (
              <ConnectionStep provider={provider} answers={answers} wrong={wrong} onAnswer={(key, answer) => setAnswers((before) => ({ ...before, [key]: answer }))} />
            ) : null,
          },
          { title: t("stepName"), ...error, content: <NameStep named={named} onChange={(part) => setNamed((before) => ({ ...before, ...part }))} /> },
          {
            title: t("stepTest"),
            content:
              step === 3 ? (
                <SpaceBetween size="m">
                  <TestStep body={body} named={named} failed={adding.error} />
                  {adding.isPending || adding.isSuccess ? null : <Alert type="info">{t("nothingStored")}</Alert>}
                </SpaceBetween>
              ) : null,
          },
        ]}
      />
    </SpaceBetween>
  );
}
