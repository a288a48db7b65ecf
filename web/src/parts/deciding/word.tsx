import { useCallback } from "react";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";

import { type Catalogue, textOf } from "../../i18n/messages";
import { usePreferences } from "../../preferences/preferences";
import { plain } from "../plain";
import { type WordGroup, words } from "./words";

const LOOKS: Partial<Record<WordGroup, Record<string, StatusIndicatorProps.Type>>> = {
  severity: { low: "info", medium: "info", high: "warning", critical: "error" },
  violation: { open: "error", excepted: "warning", resolved: "success" },
  exception: { requested: "pending", approved: "success", rejected: "stopped", revoked: "stopped", expired: "stopped" },
  judged: { allow: "success", deny: "error", error: "warning" },
  placement: { impossible: "error", reserved: "pending", awaiting_approval: "pending", binding: "in-progress", bound: "success", partial: "warning", failed: "error", rejected: "stopped", cancelled: "stopped", expired: "stopped" },
  made: { new: "pending", asked: "in-progress", sent: "in-progress", made: "success", done: "success", failed: "error" },
  reservation: { reserved: "pending", committed: "success", released: "stopped", expired: "stopped" },
  optimization: { queued: "pending", running: "in-progress", done: "success", failed: "error", cancelled: "stopped", abandoned: "warning" },
  move: { queued: "pending", running: "in-progress", undoing: "in-progress", succeeded: "success", failed: "error", cancelled: "stopped" },
  moveState: { new: "pending", running: "in-progress", done: "success", skipped: "not-started", failed: "error", undone: "stopped", left: "warning" },
  dataClass: { unclassified: "warning" },
};

/** A word of policies, placement and moves in the reader's language; one that is not known is shown as it came. */
export function useWord(): (group: WordGroup, word: string | null | undefined) => string {
  const { language } = usePreferences();
  return useCallback(
    (group, word) => {
      const known: Catalogue = words[group];
      const message = word ? known[word] : undefined;
      return message ? textOf(message, language) : plain(word ?? "–");
    },
    [language],
  );
}

/** With a sign where there is one; colour is never the only difference. */
export function Word({ group, word }: { group: WordGroup; word: string | null | undefined }) {
  const say = useWord();
  const look = word ? LOOKS[group]?.[word] : undefined;
  return look ? <StatusIndicator type={look}>{say(group, word)}</StatusIndicator> : <>{say(group, word)}</>;
}

/** Of a sentence that the server has in both languages. */
export function useBoth(): (english: string | null | undefined, chinese: string | null | undefined) => string {
  const { language } = usePreferences();
  return useCallback((english, chinese) => plain((language === "zh-CN" && chinese ? chinese : english) ?? ""), [language]);
}
