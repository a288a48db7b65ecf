import { Fragment } from "react";
import Box from "@cloudscape-design/components/box";
import { useQuery } from "@tanstack/react-query";

import { get } from "../api/client";
import type { Problem } from "../api/problem";
import { type Fault, type Said, saidOf } from "../i18n/said";
import { useTexts } from "../i18n/use-texts";
import { usePreferences } from "../preferences/preferences";
import { plain } from "./plain";
import { texts } from "./texts";

/** Everything that is said of a fault, in the reader's language. What the codes mean is fetched once, when first needed. */
export function useSaid(fault: Fault): Said {
  const { language } = usePreferences();
  const asked = useQuery({
    queryKey: ["explanations"],
    queryFn: ({ signal }) => get("/api/v1/system/explanations", { signal }),
    enabled: language === "zh-CN" && !!fault.code && !fault.messageZh,
    staleTime: Infinity,
    gcTime: Infinity,
    retry: false,
  });
  const found = asked.data?.items.find((each) => each.error_code === fault.code);
  return saidOf(fault, language, found ? { meaning: found.meaning_zh, remedy: found.remedy_zh } : null);
}

export function faultOf(problem: Problem): Fault {
  const { code, detail, next_step: nextStep, detail_zh: messageZh, next_step_zh: nextStepZh, details } = problem.body;
  // What a cloud failed at says more than that one failed.
  const inner = code === "cloud_failure" ? details?.["code"] : undefined;
  return { code: typeof inner === "string" ? inner : code, message: detail, nextStep, messageZh, nextStepZh };
}

interface Props {
  fault: Fault;
  /** With what to do about it. */
  whole?: boolean;
}

/** The sentence, and below it the server's own where that says more. */
export function SaidOf({ fault, whole = false }: Props) {
  const t = useTexts(texts);
  const { headline, remedy, original } = useSaid(fault);
  return (
    <>
      <div>
        <WithCommands text={headline} />
      </div>
      {original ? (
        <Box fontSize="body-s" color="inherit">
          {t("original")}: <span lang="en">{plain(original)}</span>
        </Box>
      ) : null}
      {whole && remedy ? (
        <div>
          <Box variant="strong" color="inherit">
            {t("nextStep")}
          </Box>
          : <WithCommands text={remedy} />
        </div>
      ) : null}
    </>
  );
}

/** What stands between backticks is for typing. */
export function WithCommands({ text }: { text: string }) {
  return plain(text)
    .split("`")
    .map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : <Fragment key={index}>{part}</Fragment>));
}
