import { useCallback } from "react";

import { useWord } from "../../parts/deciding/word";
import { plain } from "../../parts/plain";

const POLICY = "policy:";

/** A policy's rule is named by the policy's id. */
export function useRuleName(): (rule: string) => string {
  const say = useWord();
  return useCallback((rule) => (rule.startsWith(POLICY) ? plain(rule.slice(POLICY.length)) : say("rule", rule)), [say]);
}
