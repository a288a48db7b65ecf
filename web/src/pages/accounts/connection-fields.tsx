import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { useTexts } from "../../i18n/use-texts";
import { usePreferences } from "../../preferences/preferences";
import { addTexts } from "./add-texts";
import { Optional } from "../../parts/optional";
import type { Answers, Question, Wrong } from "./connection";

interface Props {
  questions: readonly Question[];
  answers: Answers;
  wrong: Readonly<Record<string, Wrong>>;
  onAnswer(key: string, answer: string | boolean): void;
  /** Keys of secrets that are stored already. */
  stored?: readonly string[];
}

/** The questions of a provider's connection form, in its own words. */
export function ConnectionFields({ questions, answers, wrong, onAnswer, stored = [] }: Props) {
  const t = useTexts(addTexts);
  const { language } = usePreferences();
  return (
    <SpaceBetween size="m">
      {questions.map((question) => {
        const { key, type, secret, required, help = "", default: fallback } = question;
        const label = language === "zh-CN" ? question.title_zh : question.title;
        const answer = answers[key] ?? fallback ?? "";
        const problem = wrong[key];
        if (type === "boolean") {
          return (
            <Checkbox key={key} checked={answer === true} description={help} onChange={({ detail }) => onAnswer(key, detail.checked)}>
              {label}
            </Checkbox>
          );
        }
        const hint = [help, type === "list" ? t("commas") : "", secret ? t(stored.includes(key) ? "secretSet" : "secretHint") : ""].filter(Boolean).join(" ");
        return (
          <FormField
            key={key}
            label={required ? label : <Optional>{label}</Optional>}
            description={hint}
            errorText={problem && problem !== "needed" ? t(problem) : ""}
          >
            <Input
              value={String(answer)}
              {...(secret ? { type: "password" as const, autoComplete: "new-password" } : { autoComplete: false })}
              {...(type === "integer" ? { inputMode: "numeric" as const } : {})}
              spellcheck={false}
              onChange={({ detail }) => onAnswer(key, detail.value)}
            />
          </FormField>
        );
      })}
    </SpaceBetween>
  );
}
